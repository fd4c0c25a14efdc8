import type { TextMap } from '../../snapshot/kinds/json.ts'
import type { Controller } from './controllers.ts'
import { nginxPrefix } from './ingress/annotations.ts'
import type { Reply, RouteProof } from './route.ts'

/** Where a request stops behind the match of its route. */
export type Stop =
  /** No Service of this name. */
  | 'service-missing'
  /** The Service has no such port. */
  | 'port-missing'
  | 'no-endpoints'
  /** The pod, or the way to it, answers with a reset: nothing listens. */
  | 'refused'
  /** Nobody answers: packets are dropped. */
  | 'dropped'
  /** No host and path takes the request, and there is no default backend. */
  | 'no-match'
  /** Credentials are asked for, and the Secret that holds them cannot be used. */
  | 'authentication-broken'

/** What a client gets, how sure that is, and by which part of the controller it is known. */
export interface StopReply {
  readonly reply: Reply
  /** Seconds that pass before it, where that is more than a moment. */
  readonly afterSeconds?: number | undefined
  readonly proof: RouteProof
}

type Table = Readonly<Record<Stop, number>>

/** ingress-nginx 1.x: an upstream without endpoints answers 503 whatever the cause; connect timeout 5 s, 3 tries. */
const ingressNginx: Table = {
  'service-missing': 503,
  'port-missing': 503,
  'no-endpoints': 503,
  refused: 502,
  dropped: 504,
  'no-match': 404,
  'authentication-broken': 503,
}

/** Traefik's provider kubernetesIngress leaves out routers whose Service cannot be loaded. */
const traefik: Table = {
  ...ingressNginx,
  'service-missing': 404,
  'port-missing': 404,
  'authentication-broken': 404,
}

/** Traefik's provider kubernetesIngressNGINX keeps routers without servers, and leaves out those without credentials. */
const traefikNginx: Table = { ...ingressNginx, 'authentication-broken': 404 }

const generic: Table = ingressNginx

/** Envoy says 503 of every connection that it cannot open, and so does HAProxy. */
const alwaysUnavailable: Table = { ...generic, refused: 503, dropped: 503 }

const tables = {
  'ingress-nginx': ingressNginx,
  traefik,
  'traefik-nginx': traefikNginx,
} as const

const byEnvoy: ReadonlySet<Controller['product']> = new Set([
  'contour',
  'istio',
  'envoy-gateway',
  'cilium',
  'haproxy-ingress',
  'haproxytech',
])

/**
 * What a client of an Ingress gets where its request stops. Of controllers that our tests run it is proven, once their
 * image was seen; else likely.
 */
export function ingressReply(
  stop: Stop,
  controller: Controller | undefined,
  annotations: TextMap = {},
): StopReply {
  const dialect = controller?.dialect ?? 'generic'
  const isTraefik = dialect === 'traefik' || dialect === 'traefik-nginx'
  const proof: RouteProof = isTraefik && controller?.knownBy === 'image' ? 'proven' : 'likely'
  if (dialect === 'generic') {
    const table = controller !== undefined && byEnvoy.has(controller.product) ? alwaysUnavailable : generic
    return { reply: { code: table[stop] }, proof }
  }
  const allowsEmpty = controller?.instance?.options.get('providers.kubernetesingress.allowemptyservices')
  if (dialect === 'traefik' && stop === 'no-endpoints' && (allowsEmpty ?? 'false') === 'false')
    return { reply: { code: 404 }, proof }
  return {
    reply: { code: tables[dialect][stop] },
    afterSeconds: stop === 'dropped' ? droppedSeconds(dialect, controller, annotations) : undefined,
    proof,
  }
}

/** How long the proxy waits for a backend that drops its packets: the time limit of a connection, as often as it tries. */
function droppedSeconds(
  dialect: keyof typeof tables,
  controller: Controller | undefined,
  annotations: TextMap,
): number {
  // serversTransport.forwardingTimeouts.dialTimeout
  if (dialect === 'traefik') return 30
  const setting = (name: string, usual: number): number => {
    const flag = `providers.kubernetesingressnginx.${name.replaceAll('-', '')}`
    const value = Number(
      annotations[`${nginxPrefix}${name}`] ?? controller?.instance?.options.get(flag) ?? usual,
    )
    return Number.isInteger(value) && value >= 0 ? value : usual
  }
  const seconds = setting('proxy-connect-timeout', dialect === 'ingress-nginx' ? 5 : 60)
  const isOff = annotations[`${nginxPrefix}proxy-next-upstream`]?.includes('off') === true
  return seconds * (isOff ? 1 : Math.max(setting('proxy-next-upstream-tries', 3), 1))
}
