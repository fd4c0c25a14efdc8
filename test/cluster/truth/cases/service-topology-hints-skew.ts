import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

const labels = (app: string) => ({ tier: 'api', app })

export default {
  rule: 'service/topology-hints-skew',
  fault: 'trafficDistribution keeps all clients on the only pod of their zone',
  question: ['svc', 'api'],
  dial: { url: 'http://api/hostname' },
  feels: { http: 200 },
  answeredBy: { before: 1, after: 2 },
  mend: 'printed',
  arrange: async (stage) => {
    const [here = '', there = ''] = await stage.cluster.nodes()
    await stage.apply(
      server({ name: 'near', labels: labels('near'), pod: { nodeName: here } }),
      server({ name: 'far', labels: labels('far'), pod: { nodeName: there } }),
      service('api', { tier: 'api' }, { trafficDistribution: 'PreferSameZone' }),
      client('curl', { API: 'http://api/' }, { nodeName: here }),
    )
    await stage.ready('deployment/near', 'deployment/far', 'deployment/curl')
  },
} satisfies TruthCase
