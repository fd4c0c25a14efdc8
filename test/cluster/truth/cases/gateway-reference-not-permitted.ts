import { server, service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'
import { arrangeRoute, gateway, route, routed } from '../gateway.ts'

export default {
  ...routed,
  rule: 'gateway/reference-not-permitted',
  fault: 'the Service lies in another namespace, which has no ReferenceGrant',
  feels: { http: 500 },
  mend: 'printed',
  arrange: async (stage) => {
    const core = await stage.openAnother('core')
    await core.apply(server({ name: 'api' }), service('api', { app: 'api' }))
    await core.ready('deployment/api')
    const backendRefs = [{ name: 'api', namespace: core.namespace, port: 80 }]
    await arrangeRoute(stage, gateway(), route(stage, { rules: [{ backendRefs }] }))
  },
} satisfies TruthCase
