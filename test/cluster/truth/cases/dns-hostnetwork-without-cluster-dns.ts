import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'dns/hostnetwork-without-cluster-dns',
  fault: 'a pod on the host network keeps dnsPolicy ClusterFirst',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  feels: 'nxdomain',
  mend: 'printed',
  arrange: async (stage) => {
    await stage.apply(
      server({ name: 'api' }),
      service('api', { app: 'api' }),
      client('curl', { API_URL: 'http://api/' }, { hostNetwork: true }),
    )
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
