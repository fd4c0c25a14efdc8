import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/target-port-undeclared',
  fault: 'the numeric targetPort is not the port that the pods declare and serve',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: 'printed',
  arrange: async (stage) => {
    const api = service('api', { app: 'api' }, { ports: [{ name: 'http', port: 80, targetPort: 3000 }] })
    await stage.apply(server({ name: 'api' }), api, client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
