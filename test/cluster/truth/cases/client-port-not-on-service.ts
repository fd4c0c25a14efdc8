import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'client/port-not-on-service',
  fault: 'the client dials the port of the pods instead of the port of the Service',
  question: ['svc', 'api'],
  dial: { variable: 'API_URL' },
  feels: 'refused',
  feelsWithIptables: 'timeout',
  mend: 'printed',
  arrange: async (stage) => {
    const curl = client('curl', { API_URL: 'http://api:8080' })
    await stage.apply(server({ name: 'api' }), service('api', { app: 'api' }), curl)
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
