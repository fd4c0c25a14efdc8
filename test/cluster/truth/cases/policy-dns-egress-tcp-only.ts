import type { TruthCase } from '../case.ts'
import { app, deniedDns, dialsApi, fence, outOfCurl, toDns } from '../fence.ts'

export default {
  rule: 'policy/dns-egress-tcp-only',
  fault: 'the rule for DNS names port 53 without a protocol',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  ...deniedDns,
  mend: 'printed',
  arrange: (stage) =>
    fence(stage, dialsApi, outOfCurl({ to: [{ podSelector: app('api') }] }, toDns([{ port: 53 }]))),
} satisfies TruthCase
