import type { TruthCase } from '../case.ts'
import { arrangeRoute, gateway, route, routed } from '../gateway.ts'

export default {
  ...routed,
  rule: 'gateway/route-namespace-not-allowed',
  fault: 'the Gateway of another namespace admits routes of its own only',
  feels: { http: 404 },
  mend: 'printed',
  arrange: async (stage) => {
    const infra = await stage.openAnother('infra')
    await infra.apply(gateway())
    await arrangeRoute(stage, route(stage, { parentRefs: [{ name: 'web', namespace: infra.namespace }] }))
  },
} satisfies TruthCase
