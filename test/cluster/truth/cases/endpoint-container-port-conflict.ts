import { client, images, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'endpoint/container-port-conflict',
  fault: 'two containers of the pod listen on one port, so the second one ends at once',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: 'never',
  arrange: async (stage) => {
    const listening = (name: string) => ({
      name,
      image: images.server,
      args: ['netexec', '--http-port=8080', '--udp-port=-1'],
      ports: [{ name: `${name}-http`, containerPort: 8080 }],
    })
    const api = server({ name: 'api', pod: { containers: [listening('server'), listening('metrics')] } })
    const ports = [{ name: 'http', port: 80, targetPort: 8080 }]
    await stage.apply(api, service('api', { app: 'api' }, { ports }), client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/curl')
  },
} satisfies TruthCase
