import type { TruthCase } from '../case.ts'
import { arrangeRoute, gateway, route, routed } from '../gateway.ts'

export default {
  ...routed,
  rule: 'gateway/parent-missing',
  fault: 'the name of the Gateway in the route has a letter too many',
  feels: { http: 404 },
  mend: 'printed',
  arrange: (stage) => arrangeRoute(stage, gateway(), route(stage, { parentRefs: [{ name: 'webb' }] })),
} satisfies TruthCase
