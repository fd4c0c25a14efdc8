import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

const servers = `/agnhost netexec --http-port=8080 & echo $! > /tmp/pid
exec /agnhost netexec --http-port=8081 --udp-port=8082`

export default {
  rule: 'endpoint/probe-on-other-port',
  fault: 'the readiness probe asks another port than the Service, which nobody notices until the server ends',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  comesTrue: async (stage) => {
    await stage.kubectl('exec', 'deployment/api', '--', 'sh', '-c', 'kill $(cat /tmp/pid)')
  },
  mend: async (stage) => {
    const path = '/spec/template/spec/containers/0/readinessProbe/httpGet/port'
    const patch = JSON.stringify([{ op: 'replace', path, value: 8080 }])
    await stage.kubectl('patch', 'deployment/api', '--type=json', '--patch', patch)
    await stage.ready('deployment/api')
  },
  arrange: async (stage) => {
    const readinessProbe = { httpGet: { path: '/healthz', port: 8081 }, periodSeconds: 1 }
    const api = server({
      name: 'api',
      container: { command: ['sh', '-c', servers], args: [], readinessProbe },
    })
    await stage.apply(api, service('api', { app: 'api' }), client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/api', 'deployment/curl')
  },
} satisfies TruthCase
