import { client, images, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

const waitForSchema = {
  name: 'wait-for-schema',
  image: images.client,
  command: ['sh', '-c', 'until curl --silent --fail http://schema/; do sleep 1; done'],
}

export default {
  rule: 'endpoint/some-not-ready',
  fault: 'the second pod waits in its init container for what the first one found when it started',
  question: ['svc', 'api'],
  dial: { url: 'http://api/hostname' },
  feels: { http: 200 },
  answeredBy: { before: 1, after: 2 },
  mend: async (stage) => {
    await stage.kubectl('scale', 'deployment/schema', '--replicas=1')
    await stage.ready('deployment/api')
  },
  slow: 'a pod is taken to be starting for a minute',
  arrange: async (stage) => {
    await stage.apply(
      server({ name: 'schema' }),
      service('schema', { app: 'schema' }),
      server({ name: 'api', pod: { initContainers: [waitForSchema] } }),
      service('api', { app: 'api' }),
      client('curl', { API: 'http://api/' }),
    )
    await stage.ready('deployment/schema', 'deployment/api', 'deployment/curl')
    await stage.kubectl('scale', 'deployment/schema', '--replicas=0')
    await stage.kubectl('wait', '--for=delete', 'pod', '-l', 'app=schema', '--timeout=60s')
    await stage.kubectl('scale', 'deployment/api', '--replicas=2')
  },
} satisfies TruthCase
