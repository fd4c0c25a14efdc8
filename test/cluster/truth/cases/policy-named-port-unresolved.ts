import type { TruthCase } from '../case.ts'
import { app, denied, dialsApi, fence, intoApi } from '../fence.ts'

export default {
  rule: 'policy/named-port-unresolved',
  fault: 'the policy opens port web; the pods call it http',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  ...denied,
  mend: 'printed',
  arrange: (stage) =>
    fence(stage, dialsApi, intoApi({ from: [{ podSelector: app('curl') }], ports: [{ port: 'web' }] })),
} satisfies TruthCase
