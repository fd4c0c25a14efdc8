import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/internal-traffic-policy-local',
  fault: 'internalTrafficPolicy is Local, and the client runs on a node without an endpoint',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'timeout',
  mend: 'printed',
  arrange: async (stage) => {
    const [here = '', there = ''] = await stage.cluster.nodes()
    await stage.apply(
      server({ name: 'api', pod: { nodeName: here } }),
      service('api', { app: 'api' }, { internalTrafficPolicy: 'Local' }),
      client('curl', { API: 'http://api/' }, { nodeName: there }),
    )
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
