import { client, images, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'endpoint/no-server-declared',
  fault: 'the pods behind the Service only sleep',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: 'never',
  arrange: async (stage) => {
    const sleeping = {
      image: images.client,
      command: ['sleep', 'infinity'],
      args: [],
      ports: [],
      readinessProbe: null,
    }
    const ports = [{ name: 'http', port: 80, targetPort: 8080 }]
    const api = server({ name: 'api', container: sleeping })
    await stage.apply(api, service('api', { app: 'api' }, { ports }), client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
