import type { TruthCase } from '../case.ts'
import { app, denied, dialsApi, fence, intoApi } from '../fence.ts'

export default {
  rule: 'policy/ingress-denied',
  fault: 'the policy of the server admits another client',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  ...denied,
  mend: 'printed',
  arrange: (stage) =>
    fence(stage, dialsApi, intoApi({ from: [{ podSelector: app('web') }], ports: [{ port: 8080 }] })),
} satisfies TruthCase
