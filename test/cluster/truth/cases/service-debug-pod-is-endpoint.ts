import { barePod, client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/debug-pod-is-endpoint',
  fault: 'a pod for debugging was started with the labels of the Service',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  share: 'some',
  mend: 'printed',
  arrange: async (stage) => {
    const api = service('api', { app: 'api' }, { ports: [{ name: 'http', port: 80, targetPort: 8080 }] })
    await stage.apply(server({ name: 'api', replicas: 2 }), api, client('curl', { API: 'http://api/' }))
    await stage.apply(barePod('debug', { app: 'api' }))
    await stage.ready('deployment/api', 'deployment/curl', 'pod/debug')
  },
} satisfies TruthCase
