import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/session-affinity-skew',
  fault: 'sessionAffinity keeps the only client on one of two pods',
  question: ['svc', 'api'],
  dial: { url: 'http://api/hostname' },
  feels: { http: 200 },
  answeredBy: { before: 1, after: 2 },
  mend: 'printed',
  arrange: async (stage) => {
    const api = service('api', { app: 'api' }, { sessionAffinity: 'ClientIP' })
    await stage.apply(server({ name: 'api', replicas: 2 }), api, client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
