import type { TruthCase } from '../case.ts'
import { arrangeRoute, gateway, route, routed } from '../gateway.ts'

export default {
  ...routed,
  rule: 'gateway/no-effective-backends',
  fault: 'the only backend of the route has weight 0',
  feels: { http: 503 },
  mend: async (stage) => {
    await stage.apply(route(stage))
  },
  arrange: (stage) =>
    arrangeRoute(
      stage,
      gateway(),
      route(stage, { rules: [{ backendRefs: [{ name: 'api', port: 80, weight: 0 }] }] }),
    ),
} satisfies TruthCase
