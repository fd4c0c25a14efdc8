import type { TruthCase } from '../case.ts'
import { arrangeRoute, gateway, route, routed } from '../gateway.ts'

export default {
  ...routed,
  rule: 'gateway/listener-not-ready',
  fault: 'the listener asks for a port that is no entry point of Traefik',
  feels: { http: 404 },
  mend: async (stage) => {
    await stage.apply(gateway())
  },
  arrange: (stage) => {
    const listeners = [{ name: 'http', port: 8123, protocol: 'HTTP' }]
    return arrangeRoute(stage, gateway({ listeners }), route(stage))
  },
} satisfies TruthCase
