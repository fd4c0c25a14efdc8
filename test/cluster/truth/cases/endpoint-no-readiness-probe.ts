import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

const container = {
  command: ['sh', '-c', 'sleep 12; exec /agnhost netexec --http-port=8080'],
  args: [],
  readinessProbe: null,
}

export default {
  rule: 'endpoint/no-readiness-probe',
  fault: 'the server needs 12 s to start and has no readiness probe, which nobody notices until a rollout',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  comesTrue: async (stage) => {
    await stage.kubectl('rollout', 'restart', 'deployment/api')
    await stage.ready('deployment/api')
  },
  mend: async (stage) => {
    const readinessProbe = { httpGet: { path: '/healthz', port: 8080 }, periodSeconds: 1 }
    const operation = {
      op: 'add',
      path: '/spec/template/spec/containers/0/readinessProbe',
      value: readinessProbe,
    }
    await stage.kubectl('patch', 'deployment/api', '--type=json', '--patch', JSON.stringify([operation]))
    await stage.ready('deployment/api')
  },
  arrange: async (stage) => {
    const api = server({ name: 'api', container })
    await stage.apply(api, service('api', { app: 'api' }), client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
