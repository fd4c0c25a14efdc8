import type { TruthCase } from '../case.ts'
import { arrangeRoute, gateway, route, routed } from '../gateway.ts'

export default {
  ...routed,
  rule: 'gateway/hostname-no-intersection',
  fault: 'the listener is for another domain than the route',
  feels: { http: 404 },
  mend: async (stage) => {
    await stage.apply(gateway())
  },
  arrange: (stage) => {
    const listeners = [{ name: 'http', port: 8000, protocol: 'HTTP', hostname: '*.example.com' }]
    return arrangeRoute(stage, gateway({ listeners }), route(stage))
  },
} satisfies TruthCase
