import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'endpoint/probe-port-invalid',
  fault: 'the readiness probe names a port that its container does not declare',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: 'printed',
  arrange: async (stage) => {
    const readinessProbe = {
      httpGet: { path: '/healthz', port: 'web' },
      periodSeconds: 1,
      failureThreshold: 1,
    }
    const api = server({ name: 'api', container: { readinessProbe } })
    await stage.apply(api, service('api', { app: 'api' }), client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/curl')
  },
} satisfies TruthCase
