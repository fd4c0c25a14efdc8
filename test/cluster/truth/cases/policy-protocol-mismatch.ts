import type { TruthCase } from '../case.ts'
import { app, denied, dialsApi, fence, intoApi } from '../fence.ts'

export default {
  rule: 'policy/protocol-mismatch',
  fault: 'the policy opens the port for UDP; the server speaks TCP',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  ...denied,
  mend: 'printed',
  arrange: (stage) =>
    fence(
      stage,
      dialsApi,
      intoApi({ from: [{ podSelector: app('curl') }], ports: [{ port: 8080, protocol: 'UDP' }] }),
    ),
} satisfies TruthCase
