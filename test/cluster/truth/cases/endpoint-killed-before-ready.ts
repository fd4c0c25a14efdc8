import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'endpoint/killed-before-ready',
  fault: 'the liveness probe kills the server before it is ready',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: 'never',
  arrange: async (stage) => {
    const readinessProbe = {
      httpGet: { path: '/healthz', port: 8080 },
      initialDelaySeconds: 30,
      periodSeconds: 1,
    }
    const livenessProbe = { tcpSocket: { port: 9 }, periodSeconds: 1, failureThreshold: 2 }
    const api = server({ name: 'api', container: { readinessProbe, livenessProbe } })
    await stage.apply(api, service('api', { app: 'api' }), client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/curl')
  },
} satisfies TruthCase
