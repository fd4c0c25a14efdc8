import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'endpoint/readiness-gate-unmet',
  fault: 'the pods wait for a readiness gate that nobody sets',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: 'never',
  slow: 'netdoctor gives the owner of the gate two minutes',
  arrange: async (stage) => {
    const readinessGates = [{ conditionType: 'example.com/load-balancer-attached' }]
    const api = server({ name: 'api', pod: { readinessGates } })
    await stage.apply(api, service('api', { app: 'api' }), client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/curl')
    await stage.kubectl('wait', '--for=condition=ContainersReady', 'pods', '-l', 'app=api', '--timeout=45s')
  },
} satisfies TruthCase
