import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

/** A new pod takes its time to become ready. */
const slowStart = {
  readinessProbe: { httpGet: { path: '/healthz', port: 8080 }, initialDelaySeconds: 25, periodSeconds: 1 },
}

export default {
  rule: 'service/single-endpoint',
  fault: 'there is one pod only, which works until it is replaced',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  comesTrue: async (stage) => {
    await stage.kubectl('delete', 'pods', '-l', 'app=api', '--wait=true')
  },
  mend: 'printed',
  arrange: async (stage) => {
    const api = server({ name: 'api', container: slowStart })
    await stage.apply(api, service('api', { app: 'api' }), client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
