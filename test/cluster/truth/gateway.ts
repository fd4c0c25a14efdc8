import type { KubernetesObject } from '../kit/objects.ts'
import { client, server, service } from '../kit/objects.ts'
import type { Stage } from '../kit/stage.ts'
import type { Dial, TruthCase } from './case.ts'

type Json = Readonly<Record<string, unknown>>

const apiVersion = 'gateway.networking.k8s.io/v1'

/** No two stages share a host: Traefik puts the routes of all of them together. */
const hostOf = ({ namespace }: Stage): string => `${namespace}.test`

/** The request of a client from outside, as far as a pod can be outside: through Traefik's Service. */
const throughTraefik: Dial = {
  ask: (stage) => stage.request('deployment/curl', `http://${hostOf(stage)}/`, { via: 'traefik.traefik:80' }),
}

/** What all cases of routes have in common. */
export const routed = {
  needs: 'traefik',
  question: [],
  dial: throughTraefik,
} satisfies Partial<TruthCase>

export function gateway(spec: Json = {}): KubernetesObject {
  const listeners = [{ name: 'http', port: 8000, protocol: 'HTTP' }]
  return {
    apiVersion,
    kind: 'Gateway',
    metadata: { name: 'web' },
    spec: { gatewayClassName: 'traefik', listeners, ...spec },
  }
}

export function route(stage: Stage, spec: Json = {}): KubernetesObject {
  const rules = [{ backendRefs: [{ name: 'api', port: 80 }] }]
  return {
    apiVersion,
    kind: 'HTTPRoute',
    metadata: { name: 'api' },
    spec: { parentRefs: [{ name: 'web' }], hostnames: [hostOf(stage)], rules, ...spec },
  }
}

/** A server `api` behind a Service, the client, and the objects given; all ready. */
export async function arrangeRoute(stage: Stage, ...objects: readonly KubernetesObject[]): Promise<void> {
  await stage.apply(server({ name: 'api' }), service('api', { app: 'api' }), client('curl'), ...objects)
  await stage.ready('deployment/api', 'deployment/curl')
}
