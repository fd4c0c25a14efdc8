import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'dns/search-list-lacks-namespace',
  fault: 'dnsPolicy None with a search list that lacks the namespace of the pod',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  feels: 'nxdomain',
  mend: 'printed',
  arrange: async (stage) => {
    const dns = await stage.kubectl(
      ...['get', 'service', 'kube-dns', '--namespace', 'kube-system', '-o', 'jsonpath={.spec.clusterIP}'],
    )
    const dnsConfig = { nameservers: [dns], searches: ['svc.cluster.local'] }
    await stage.apply(
      server({ name: 'api' }),
      service('api', { app: 'api' }),
      client('curl', { API_URL: 'http://api/' }, { dnsPolicy: 'None', dnsConfig }),
    )
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
