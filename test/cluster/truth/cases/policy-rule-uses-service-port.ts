import type { TruthCase } from '../case.ts'
import { app, denied, dialsApi, fence, intoApi } from '../fence.ts'

export default {
  rule: 'policy/rule-uses-service-port',
  fault: 'the policy opens port 80 of the Service; the pods listen on 8080',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  ...denied,
  mend: 'printed',
  arrange: (stage) =>
    fence(stage, dialsApi, intoApi({ from: [{ podSelector: app('curl') }], ports: [{ port: 80 }] })),
} satisfies TruthCase
