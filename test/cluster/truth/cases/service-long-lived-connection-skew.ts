import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/long-lived-connection-skew',
  fault: 'the client makes all its calls over one connection, as gRPC does',
  question: ['svc', 'api'],
  dial: { url: 'http://api/hostname' },
  feels: { http: 200 },
  answeredBy: { before: 1, after: 2, overOneConnection: true },
  mend: 'never',
  arrange: async (stage) => {
    const ports = [{ name: 'grpc', port: 80, targetPort: 'http' }]
    await stage.apply(
      server({ name: 'api', replicas: 2 }),
      service('api', { app: 'api' }, { ports }),
      client('curl', { API: 'http://api:80' }),
    )
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
