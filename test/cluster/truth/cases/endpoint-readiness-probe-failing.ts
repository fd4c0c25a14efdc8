import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'endpoint/readiness-probe-failing',
  fault: 'the readiness probe asks a path that the server answers with 500',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: async (stage) => {
    const path = '/spec/template/spec/containers/0/readinessProbe/httpGet/path'
    const patch = JSON.stringify([{ op: 'replace', path, value: '/healthz' }])
    await stage.kubectl('patch', 'deployment/api', '--type=json', '--patch', patch)
    await stage.ready('deployment/api')
  },
  arrange: async (stage) => {
    const readinessProbe = {
      httpGet: { path: '/echo?msg=broken&code=500', port: 8080 },
      periodSeconds: 1,
      failureThreshold: 1,
    }
    const api = server({ name: 'api', container: { readinessProbe } })
    await stage.apply(api, service('api', { app: 'api' }), client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/curl')
  },
} satisfies TruthCase
