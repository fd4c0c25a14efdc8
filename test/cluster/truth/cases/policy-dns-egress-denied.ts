import type { TruthCase } from '../case.ts'
import { app, deniedDns, dialsApi, fence, outOfCurl } from '../fence.ts'

export default {
  rule: 'policy/dns-egress-denied',
  fault: 'the egress policy opens the way to the server and forgets DNS',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  ...deniedDns,
  mend: 'printed',
  arrange: (stage) =>
    fence(stage, dialsApi, outOfCurl({ to: [{ podSelector: app('api') }], ports: [{ port: 8080 }] })),
} satisfies TruthCase
