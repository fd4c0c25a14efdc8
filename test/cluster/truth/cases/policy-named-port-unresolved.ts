import type { TruthCase } from '../case.ts'
import { app, denied, dialsApi, fence, intoApi } from '../fence.ts'

export default {
  rule: 'policy/named-port-unresolved',
  fault: 'the policy opens port web; the pods call it http',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  ...denied,
  mend: 'printed',
  // Of a rule whose ports are all names that no pod has, kube-router opens every port: the number beside it prevents that.
  arrange: (stage) =>
    fence(
      stage,
      dialsApi,
      intoApi({ from: [{ podSelector: app('curl') }], ports: [{ port: 'web' }, { port: 9090 }] }),
    ),
} satisfies TruthCase
