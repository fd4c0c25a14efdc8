import { client, images, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'endpoint/backend-crashing',
  fault: 'the server ends with exit code 3 as soon as it starts',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: 'never',
  arrange: async (stage) => {
    const crashing = {
      image: images.client,
      command: ['sh', '-c', 'echo no configuration; exit 3'],
      args: [],
    }
    const api = server({ name: 'api', container: crashing })
    await stage.apply(api, service('api', { app: 'api' }), client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/curl')
  },
} satisfies TruthCase
