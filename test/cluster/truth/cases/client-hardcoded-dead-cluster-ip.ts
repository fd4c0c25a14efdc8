import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'client/hardcoded-dead-cluster-ip',
  fault: 'the client dials the ClusterIP of a Service that was made anew',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  feels: 'timeout',
  mend: 'printed',
  arrange: async (stage) => {
    const api = service('api', { app: 'api' })
    await stage.apply(server({ name: 'api' }), api)
    const address = await stage.kubectl('get', 'service', 'api', '-o', 'jsonpath={.spec.clusterIP}')
    await stage.apply(client('curl', { API_URL: `http://${address}` }))
    await stage.kubectl('delete', 'service', 'api')
    await stage.apply(api)
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
