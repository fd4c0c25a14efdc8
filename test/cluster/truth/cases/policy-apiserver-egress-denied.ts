import { client } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'
import { denied, outOfCurl, toDns } from '../fence.ts'

export default {
  rule: 'policy/apiserver-egress-denied',
  fault: 'the egress policy opens port 443 of all pods; the API server is none',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'KUBERNETES_URL' },
  ...denied,
  mend: 'printed',
  arrange: async (stage) => {
    await stage.apply(client('curl', { KUBERNETES_URL: 'https://kubernetes.default/healthz' }))
    await stage.ready('deployment/curl')
    await stage.apply(outOfCurl(toDns(), { to: [{ namespaceSelector: {} }], ports: [{ port: 443 }] }))
  },
} satisfies TruthCase
