import type { TruthCase } from '../case.ts'
import { arrangeRoute, gateway, route, routed } from '../gateway.ts'

export default {
  ...routed,
  rule: 'gateway/backend-port-missing',
  fault: 'the route names the port of the pods instead of the port of the Service',
  feels: { http: 500 },
  mend: 'printed',
  arrange: (stage) =>
    arrangeRoute(stage, gateway(), route(stage, { rules: [{ backendRefs: [{ name: 'api', port: 8080 }] }] })),
} satisfies TruthCase
