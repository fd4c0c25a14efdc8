import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'service/backend-pods-not-created',
  fault: 'a quota of no pods keeps the ReplicaSet from making any',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: async (stage) => {
    await stage.kubectl('delete', 'resourcequota', 'full')
    await stage.kubectl('rollout', 'restart', 'deployment/api')
    await stage.ready('deployment/api')
  },
  arrange: async (stage) => {
    await stage.apply(client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/curl')
    await stage.apply({
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata: { name: 'full' },
      spec: { hard: { pods: '1' } },
    })
    await stage.kubectl('wait', '--for=jsonpath={.status.used.pods}=1', 'resourcequota/full', '--timeout=30s')
    await stage.apply(server({ name: 'api' }), service('api', { app: 'api' }))
    await stage.kubectl('wait', '--for=condition=ReplicaFailure', 'deployment/api', '--timeout=30s')
  },
} satisfies TruthCase
