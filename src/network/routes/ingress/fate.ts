import type { Ingress } from '../../../snapshot/kinds/ingress.ts'
import type { Service, ServicePort } from '../../../snapshot/kinds/service.ts'
import { referenceTo } from '../../../snapshot/snapshot.ts'
import { isExternalName, isHeadless } from '../../services/service-facts.ts'
import type { Controller, Serving } from '../controllers.ts'
import { ingressReply, type Stop } from '../replies.ts'
import type { BackendFate, RouteBackend, RouteEnd, RouteReason } from '../route.ts'
import type { RouteParts } from '../route-parts.ts'
import { isTrue, nginxAnnotation, nginxPrefix } from './annotations.ts'
import { type Authentication, basicAuthentication } from './authentication.ts'
import { refusalOf } from './refusal.ts'

/** What becomes of requests that an Ingress sends to a backend: whether anyone serves it, takes it, and finds the port. */
export function fateOf(backend: RouteBackend, ingress: Ingress, parts: RouteParts): BackendFate {
  const [serving] = backend.servedBy
  if (serving === undefined || serving.is !== 'served')
    return { is: 'ends', end: unservedEnd(serving, ingress) }
  const { controller } = serving
  const own = wholeIngressEnd(ingress, controller, parts)
  return own === undefined ? behindPort(backend, ingress, controller, parts) : { is: 'ends', end: own }
}

/** Why nobody serves an Ingress, or why that is not known. */
export function unservedEnd(serving: Serving | undefined, ingress: Ingress): RouteEnd {
  const at = { by: referenceTo(ingress), field: 'spec.ingressClassName' }
  if (serving?.is === 'unserved') {
    const proof = serving.reason === 'class-not-found' ? 'proven' : 'likely'
    return { hop: 'match', reason: serving.reason, proof, at, gaps: [] }
  }
  const gaps = serving?.is === 'unknown' ? serving.gaps : []
  return {
    hop: 'match',
    reason: gaps.length > 0 ? 'not-read' : 'controller-unknown',
    proof: 'unknown',
    at,
    gaps,
  }
}

/** What ends every request to an Ingress, whichever path it takes. */
export function wholeIngressEnd(
  ingress: Ingress,
  controller: Controller,
  parts: RouteParts,
): RouteEnd | undefined {
  const by = referenceTo(ingress)
  const refusal = refusalOf(ingress, controller)
  if (refusal !== undefined)
    return {
      ...ended('no-match', 'refused-by-controller', controller, 'match'),
      at: { by, field: refusal.field },
    }
  const authentication = authenticationOf(ingress, controller, parts)
  if (authentication.is === 'broken')
    return {
      ...ended('authentication-broken', 'authentication-broken', controller, 'filter'),
      at: { by, field: `metadata.annotations[${nginxPrefix}${authentication.annotation}]` },
    }
  // Nobody asked for Secrets: that this one is as it should be is taken for granted.
  if (authentication.is === 'unknown' && authentication.gaps.some(({ why }) => why !== 'not-asked'))
    return { hop: 'filter', reason: 'not-read', proof: 'unknown', gaps: authentication.gaps }
  return undefined
}

/** Authentication by ingress-nginx's annotations, for controllers that know these. */
export function authenticationOf(
  ingress: Ingress,
  { dialect, instance }: Controller,
  { inventory }: RouteParts,
): Authentication {
  if (dialect !== 'ingress-nginx' && dialect !== 'traefik-nginx') return { is: 'none' }
  const allowsOthers =
    instance?.options.get('providers.kubernetesingressnginx.allowcrossnamespaceresources') === 'true'
  return basicAuthentication(ingress, inventory, allowsOthers)
}

/** An end that a controller makes of its own accord. */
export function ended(
  stop: Stop,
  reason: RouteReason,
  controller: Controller,
  hop: RouteEnd['hop'] = 'backend',
): RouteEnd {
  const { reply, afterSeconds, proof } = ingressReply(stop, controller)
  return { hop, reason, reply, afterSeconds, proof, gaps: [] }
}

function behindPort(
  backend: RouteBackend,
  ingress: Ingress,
  controller: Controller,
  { inventory }: RouteParts,
): BackendFate {
  const read = inventory.get('Service', backend.namespace, backend.service)
  const [service] = read.items
  if (service === undefined) {
    if (read.gaps.length > 0) return unread(read.gaps)
    return { is: 'ends', end: ended('service-missing', 'backend-service-missing', controller) }
  }
  const port = portOf(service, backend.port, controller)
  if (port === undefined && !isExternalName(service) && backend.port !== undefined)
    return { is: 'ends', end: ended('port-missing', 'backend-port-missing', controller) }
  return { is: 'continues', service, port, viaClusterIp: isViaClusterIp(ingress, service, controller) }
}

const unread = (gaps: RouteEnd['gaps']): BackendFate => ({
  is: 'ends',
  end: { hop: 'backend', reason: 'not-read', proof: 'unknown', gaps },
})

/** The Service port that a controller takes an Ingress's number or name for: ingress-nginx takes target ports too. */
function portOf(
  { spec: { ports } }: Service,
  wanted: number | string | undefined,
  { dialect }: Pick<Controller, 'dialect'>,
): ServicePort | undefined {
  if (wanted === undefined) return ports[0]
  return ports.find(
    ({ port, name, targetPort }) =>
      port === wanted ||
      (name !== undefined && name === wanted) ||
      (dialect === 'ingress-nginx' && String(targetPort ?? port) === String(wanted)),
  )
}

function isViaClusterIp(ingress: Ingress, service: Service, { dialect, instance }: Controller): boolean {
  if (isHeadless(service)) return false
  if (dialect === 'traefik')
    return (
      (service.metadata.annotations['traefik.ingress.kubernetes.io/service.nativelb'] ??
        instance?.options.get('providers.kubernetesingress.nativelbbydefault')) === 'true'
    )
  const knows = dialect === 'ingress-nginx' || dialect === 'traefik-nginx'
  return knows && isTrue(nginxAnnotation(ingress, 'service-upstream'))
}
