import { service } from '../../kit/objects.ts'
import type { TruthCase } from '../case.ts'
import { arrangeRoute, gateway, route, routed } from '../gateway.ts'

export default {
  ...routed,
  rule: 'gateway/backend-service-missing',
  fault: 'the name of the Service in the route has two letters swapped',
  feels: { http: 500 },
  mend: 'printed',
  arrange: async (stage) => {
    await stage.apply(service('checkout', { app: 'api' }))
    const rules = [{ backendRefs: [{ name: 'chekcout', port: 80 }] }]
    await arrangeRoute(stage, gateway(), route(stage, { rules }))
  },
} satisfies TruthCase
