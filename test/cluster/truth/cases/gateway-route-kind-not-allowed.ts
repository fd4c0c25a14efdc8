import type { TruthCase } from '../case.ts'
import { arrangeRoute, gateway, route, routed } from '../gateway.ts'

export default {
  ...routed,
  rule: 'gateway/route-kind-not-allowed',
  fault: 'the listener admits routes of another kind only',
  feels: { http: 404 },
  mend: async (stage) => {
    await stage.apply(gateway())
  },
  arrange: (stage) => {
    const allowedRoutes = { kinds: [{ kind: 'GRPCRoute' }] }
    const listeners = [{ name: 'http', port: 8000, protocol: 'HTTP', allowedRoutes }]
    return arrangeRoute(stage, gateway({ listeners }), route(stage))
  },
} satisfies TruthCase
