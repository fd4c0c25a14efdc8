import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/backend-scaled-to-zero',
  fault: 'the Deployment behind the Service has no replicas',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: 'printed',
  arrange: async (stage) => {
    const api = server({ name: 'api', replicas: 0 })
    await stage.apply(api, service('api', { app: 'api' }), client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/curl')
  },
} satisfies TruthCase
