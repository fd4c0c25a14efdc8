import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/protocol-mismatch',
  fault: 'the Service forwards UDP, the pods serve TCP',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  feelsWithIptables: 'timeout',
  mend: 'printed',
  arrange: async (stage) => {
    const api = service(
      'api',
      { app: 'api' },
      { ports: [{ name: 'http', port: 80, targetPort: 8080, protocol: 'UDP' }] },
    )
    await stage.apply(server({ name: 'api' }), api, client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
