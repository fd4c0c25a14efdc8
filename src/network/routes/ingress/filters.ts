import type { Ingress } from '../../../snapshot/kinds/ingress.ts'
import { referenceTo } from '../../../snapshot/snapshot.ts'
import type { Controller } from '../controllers.ts'
import type { RouteRequest } from '../request.ts'
import type { Reply, RouteEnd } from '../route.ts'
import type { RouteParts } from '../route-parts.ts'
import { isTrue, nginxAnnotation, nginxPrefix } from './annotations.ts'
import { authenticationOf } from './fate.ts'
import type { Location } from './locations.ts'

/**
 * What ends one request between its match and its backend: redirects, and credentials that it lacks. In the order in which
 * ingress-nginx and Traefik ask.
 */
export function filterEnd(
  { ingress, path }: Location,
  request: RouteRequest,
  controller: Controller,
  parts: RouteParts,
): RouteEnd | undefined {
  const by = referenceTo(ingress)
  const end = (reason: RouteEnd['reason'], name: string | undefined, reply: Reply | undefined): RouteEnd => ({
    hop: 'filter',
    reason,
    reply,
    proof: reply === undefined ? 'unknown' : proofOf(controller),
    at: { by, field: name === undefined ? 'spec.tls' : `metadata.annotations[${nginxPrefix}${name}]` },
    gaps: [],
  })
  if (controller.dialect === 'traefik') return traefikEnd(ingress, request, controller)
  if (controller.dialect === 'generic') return undefined
  const secure = secureRedirect(ingress, request)
  if (secure !== undefined) return end('redirect', secure.by, secure.reply)
  const moved = movedTo(ingress, request, path)
  if (moved !== undefined) return end('redirect', moved.by, moved.reply)
  if (nginxAnnotation(ingress, 'auth-url') !== undefined) return end('not-evaluated', 'auth-url', undefined)
  const { is } = authenticationOf(ingress, controller, parts)
  if ((is === 'required' || is === 'unknown') && !Object.hasOwn(request.headers, 'authorization'))
    return {
      ...end('authentication', 'auth-secret', { code: 401 }),
      ...(is === 'unknown' && { proof: 'likely' }),
    }
  return undefined
}

const proofOf = ({ dialect, knownBy }: Controller) =>
  dialect === 'traefik-nginx' && knownBy === 'image' ? 'proven' : 'likely'

interface Redirect {
  /** The annotation that asks for it; absent: `spec.tls` does. */
  readonly by?: string | undefined
  readonly reply: Reply
}

function secureRedirect(ingress: Ingress, request: RouteRequest): Redirect | undefined {
  if (request.scheme !== 'http') return undefined
  const isForced = isTrue(nginxAnnotation(ingress, 'force-ssl-redirect'))
  const wanted = nginxAnnotation(ingress, 'ssl-redirect')
  if (!isForced && (!hasTls(ingress, request.host) || (wanted !== undefined && !isTrue(wanted))))
    return undefined
  const location = `https://${request.host}${request.path}${request.query}`
  return { by: isForced ? 'force-ssl-redirect' : undefined, reply: { code: 308, location } }
}

/** Whether the Ingress asks for TLS on this host; an entry without hosts is for all of its hosts. */
function hasTls({ spec }: Ingress, host: string): boolean {
  return spec.tls.some(({ hosts }) => hosts.length === 0 || hosts.some((item) => item.toLowerCase() === host))
}

function movedTo(ingress: Ingress, request: RouteRequest, path: string): Redirect | undefined {
  const code = (name: string, usual: number): number => {
    const written = Number(nginxAnnotation(ingress, name) ?? usual)
    return Number.isInteger(written) && written >= 300 && written <= 308 ? written : usual
  }
  const temporal = nginxAnnotation(ingress, 'temporal-redirect')
  if (temporal !== undefined)
    return {
      by: 'temporal-redirect',
      reply: { code: code('temporal-redirect-code', 302), location: temporal },
    }
  const permanent = nginxAnnotation(ingress, 'permanent-redirect')
  if (permanent !== undefined)
    return {
      by: 'permanent-redirect',
      reply: { code: code('permanent-redirect-code', 301), location: permanent },
    }
  const root = nginxAnnotation(ingress, 'app-root')
  if (root?.startsWith('/') && path === '/' && request.path === '/')
    return { by: 'app-root', reply: { code: 302, location: root } }
  return undefined
}

const routerTls = 'traefik.ingress.kubernetes.io/router.tls'

/**
 * Traefik's own provider: a router serves either plain or TLS requests. `spec.tls` only brings certificates; TLS is switched
 * on by an annotation or for a whole entry point.
 */
function traefikEnd(ingress: Ingress, request: RouteRequest, controller: Controller): RouteEnd | undefined {
  const options = [...(controller.instance?.options ?? [])]
  const [, to] =
    options.find(([name]) => /^entrypoints\.[^.]+\.http\.redirections\.entrypoint\.to$/.test(name)) ?? []
  const proof = controller.knownBy === 'image' ? 'proven' : 'likely'
  if (request.scheme === 'http' && to !== undefined) {
    const location = `https://${request.host}${request.path}${request.query}`
    return { hop: 'filter', reason: 'redirect', reply: { code: 301, location }, proof, gaps: [] }
  }
  const annotation = ingress.metadata.annotations[routerTls]
  const ofEntryPoint = options.some(
    ([name, value]) => /^entrypoints\.[^.]+\.http\.tls(?:\..*)?$/.test(name) && value !== 'false',
  )
  const asksForMore = Object.keys(ingress.metadata.annotations).some((name) =>
    name.startsWith('traefik.ingress.kubernetes.io/router.'),
  )
  const isServed = request.scheme === 'https' ? annotation === 'true' || ofEntryPoint : annotation !== 'true'
  if (!isServed && controller.instance !== undefined)
    return {
      hop: 'match',
      reason: 'no-match',
      reply: { code: 404 },
      proof: asksForMore ? 'likely' : proof,
      at: { by: referenceTo(ingress), field: `metadata.annotations[${routerTls}]` },
      gaps: [],
    }
  // Entry points and middlewares of Traefik's own may answer anything.
  if (ingress.metadata.annotations['traefik.ingress.kubernetes.io/router.middlewares'] !== undefined)
    return { hop: 'filter', reason: 'not-evaluated', proof: 'unknown', gaps: [] }
  return undefined
}
