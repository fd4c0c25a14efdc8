import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'endpoint/all-not-ready',
  fault: 'the pods are starting still, within the time that their probe gives them',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  // Time mends it.
  mend: (stage) => stage.ready('deployment/api'),
  arrange: async (stage) => {
    const readinessProbe = {
      httpGet: { path: '/healthz', port: 8080 },
      initialDelaySeconds: 30,
      periodSeconds: 1,
    }
    await stage.apply(client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/curl')
    await stage.apply(server({ name: 'api', container: { readinessProbe } }), service('api', { app: 'api' }))
  },
} satisfies TruthCase
