import type { TruthCase } from '../case.ts'
import { arrangeRoute, gateway, route, routed } from '../gateway.ts'

export default {
  ...routed,
  rule: 'gateway/class-missing',
  fault: 'the class of the Gateway has a letter too few',
  feels: { http: 404 },
  mend: 'printed',
  arrange: (stage) => arrangeRoute(stage, gateway({ gatewayClassName: 'traefk' }), route(stage)),
} satisfies TruthCase
