import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'client/dials-localhost',
  fault: 'the client dials localhost for what a Service serves',
  question: ['from', 'deployment/curl'],
  dial: { variable: 'API_URL' },
  feels: 'refused',
  mend: 'printed',
  arrange: async (stage) => {
    const api = service('api', { app: 'api' }, { ports: [{ name: 'http', port: 8080, targetPort: 'http' }] })
    await stage.apply(server({ name: 'api' }), api, client('curl', { API_URL: 'http://localhost:8080' }))
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
