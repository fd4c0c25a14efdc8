import { client, images, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/selector-spans-workloads',
  fault: 'the selector also takes the pods of a workload that serves nothing',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  share: 'some',
  mend: 'printed',
  arrange: async (stage) => {
    const sleeping = { image: images.client, command: ['sleep', 'infinity'], args: [], readinessProbe: null }
    const cleaner = { ports: [{ name: 'metrics', containerPort: 9100 }], container: sleeping }
    await stage.apply(
      server({ name: 'api', labels: { tier: 'backend', app: 'api' } }),
      server({ name: 'cleaner', labels: { tier: 'backend', app: 'cleaner' }, ...cleaner }),
      service('api', { tier: 'backend' }, { ports: [{ name: 'http', port: 80, targetPort: 8080 }] }),
      client('curl', { API: 'http://api/' }),
    )
    await stage.ready('deployment/api', 'deployment/cleaner', 'deployment/curl')
  },
} satisfies TruthCase
