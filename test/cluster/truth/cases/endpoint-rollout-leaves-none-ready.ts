import { client, server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'

export default {
  rule: 'endpoint/rollout-leaves-none-ready',
  fault: 'a rollout that may take all pods at once hangs: the new pods do not become ready',
  question: ['svc', 'api'],
  dial: { url: 'http://api/' },
  feels: 'refused',
  mend: async (stage) => {
    await stage.kubectl('rollout', 'undo', 'deployment/api')
    // Not `rollout status`: the deadline of three seconds holds for the way back too.
    await stage.kubectl('wait', '--for=condition=Available', 'deployment/api', '--timeout=45s')
  },
  arrange: async (stage) => {
    const api = server({ name: 'api' })
    await stage.apply(api, service('api', { app: 'api' }), client('curl', { API: 'http://api/' }))
    await stage.ready('deployment/api', 'deployment/curl')
    const path = '/spec/template/spec/containers/0/readinessProbe/httpGet/path'
    const patch = [
      { op: 'replace', path, value: '/echo?msg=broken&code=500' },
      { op: 'replace', path: '/spec/strategy', value: { type: 'Recreate' } },
      { op: 'add', path: '/spec/progressDeadlineSeconds', value: 3 },
    ]
    await stage.kubectl('patch', 'deployment/api', '--type=json', '--patch', JSON.stringify(patch))
    await stage.kubectl('wait', '--for=condition=Progressing=False', 'deployment/api', '--timeout=45s')
  },
} satisfies TruthCase
