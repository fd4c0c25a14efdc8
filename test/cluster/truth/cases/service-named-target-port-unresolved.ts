import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/named-target-port-unresolved',
  fault: 'the named targetPort is declared by no pod',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: 'printed',
  arrange: async (stage) => {
    const api = service('api', { app: 'api' }, { ports: [{ name: 'http', port: 80, targetPort: 'htttp' }] })
    await stage.apply(server({ name: 'api' }), api, client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
