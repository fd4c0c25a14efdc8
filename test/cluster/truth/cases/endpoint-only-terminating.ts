import { client, images, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

/** It stops to serve as soon as it is told to end, and takes a minute and a half to end. */
const lingering = `/agnhost netexec --http-port=8080 & server=$!
trap 'kill $server; sleep 90; exit' TERM
while :; do sleep 1; done`

export default {
  rule: 'endpoint/only-terminating',
  fault: 'the only pod is being deleted, and serves no more while it ends',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: 'never',
  arrange: async (stage) => {
    const container = {
      name: 'server',
      image: images.server,
      command: ['sh', '-c', lingering],
      ports: [{ name: 'http', containerPort: 8080 }],
      readinessProbe: {
        httpGet: { path: '/healthz', port: 8080 },
        periodSeconds: 1,
        failureThreshold: 1,
      },
    }
    await stage.apply(
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'api', labels: { app: 'api' } },
        spec: { terminationGracePeriodSeconds: 120, containers: [container] },
      },
      service('api', { app: 'api' }),
      client('curl', { API: 'http://api/' }),
    )
    await stage.ready('pod/api', 'deployment/curl')
    await stage.kubectl('delete', 'pod', 'api', '--wait=false')
  },
} satisfies TruthCase
