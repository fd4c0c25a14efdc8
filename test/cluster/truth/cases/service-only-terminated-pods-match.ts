import { client, images, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

const labels = { app: 'migration' }

export default {
  rule: 'service/only-terminated-pods-match',
  fault: 'the selector matches only the pod of a Job that is done',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: 'never',
  arrange: async (stage) => {
    const containers = [{ name: 'migrate', image: images.client, command: ['true'] }]
    const job = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'migration' },
      spec: { template: { metadata: { labels }, spec: { restartPolicy: 'Never', containers } } },
    }
    const ports = [{ name: 'http', port: 80, targetPort: 8080 }]
    await stage.apply(job, service('api', labels, { ports }), client('curl', { API: 'http://api/' }))
    await stage.kubectl('wait', '--for=condition=Complete', 'job/migration', '--timeout=45s')
    await stage.ready('deployment/curl')
  },
} satisfies TruthCase
