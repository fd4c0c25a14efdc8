import type { TruthCase } from '../case.ts'
import { arrangeRoute, gateway, route, routed } from '../gateway.ts'

export default {
  ...routed,
  rule: 'gateway/section-name-unmatched',
  fault: 'the route asks for a listener by a name that the Gateway does not have',
  feels: { http: 404 },
  mend: 'printed',
  arrange: (stage) =>
    arrangeRoute(stage, gateway(), route(stage, { parentRefs: [{ name: 'web', sectionName: 'htp' }] })),
} satisfies TruthCase
