import type { TruthCase } from '../case.ts'
import { app, deniedDns, fence, outOfCurl, toDns } from '../fence.ts'

export default {
  rule: 'policy/protocol-missing-on-dns-port',
  fault: 'a rule names port 53 without a protocol; nothing shows whom its pods call',
  question: [],
  dial: { url: 'http://api/' },
  ...deniedDns,
  mend: 'printed',
  arrange: (stage) =>
    fence(
      stage,
      {},
      outOfCurl({ to: [{ podSelector: app('api') }], ports: [{ port: 8080 }] }, toDns([{ port: 53 }])),
    ),
} satisfies TruthCase
