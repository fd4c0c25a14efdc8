import type {
  BackendReference,
  PathModifier,
  RouteFilter,
  RouteRuleMatch,
} from '../../../snapshot/kinds/gateway-route.ts'
import type { Product } from '../controllers.ts'
import type { RouteRequest } from '../request.ts'
import type { Reply, RouteReason } from '../route.ts'
import { hasPrefix } from './matches.ts'

/** What the filters of a rule or of a backend do to a request. */
export type Filtered =
  /** The path that goes on. */
  | { readonly is: 'goes-on'; readonly path: string }
  | {
      readonly is: 'ends'
      readonly reason: RouteReason
      readonly reply?: Reply | undefined
      /** Position in the list of filters. */
      readonly index: number
    }

/** Filters that change headers, or copy the request: what the client gets stays the same. */
const harmless: ReadonlySet<string> = new Set([
  'RequestHeaderModifier',
  'ResponseHeaderModifier',
  'RequestMirror',
])

/**
 * Filters that Traefik lacks: it answers 500 for the whole rule. Source: Traefik 3.7.13,
 * pkg/provider/kubernetes/gateway/httproute.go, loadMiddlewares and loadHTTPRoute.
 */
const unknownToTraefik: ReadonlySet<string> = new Set(['RequestMirror', 'CORS', 'ExternalAuth'])

/** Applies filters in their order. Source: Gateway API, HTTPRouteFilter. */
export function applyFilters(
  filters: readonly RouteFilter[],
  match: RouteRuleMatch,
  request: Pick<RouteRequest, 'scheme' | 'host' | 'port' | 'path' | 'query' | 'method' | 'headers'>,
  product: Product | undefined,
): Filtered {
  let path = request.path
  for (const [index, filter] of filters.entries()) {
    const { type, requestRedirect, urlRewrite } = filter
    if (product === 'traefik' && unknownToTraefik.has(type))
      return { is: 'ends', reason: 'refused-by-controller', reply: { code: 500 }, index }
    if (harmless.has(type)) continue
    if (type === 'CORS' && !isPreflight(request)) continue
    if (type === 'RequestRedirect' && requestRedirect !== undefined) {
      const reply = redirect(requestRedirect, match, { ...request, path })
      return { is: 'ends', reason: 'redirect', reply, index }
    }
    if (type === 'URLRewrite' && urlRewrite !== undefined) {
      path = modified(path, urlRewrite.path, match)
      continue
    }
    return { is: 'ends', reason: 'not-evaluated', index }
  }
  return { is: 'goes-on', path }
}

/** A browser asks first; the Gateway answers that itself. */
const isPreflight = ({ method, headers }: Pick<RouteRequest, 'method' | 'headers'>): boolean =>
  method === 'OPTIONS' && headers['access-control-request-method'] !== undefined

const defaultPorts: Readonly<Record<string, number>> = { http: 80, https: 443 }

function redirect(
  { scheme, hostname, port, path, statusCode }: NonNullable<RouteFilter['requestRedirect']>,
  match: RouteRuleMatch,
  request: Pick<RouteRequest, 'scheme' | 'host' | 'port' | 'path' | 'query'>,
): Reply {
  const to = scheme ?? request.scheme
  const usual = defaultPorts[to]
  const asked = port ?? (scheme === undefined ? request.port : usual)
  const at = asked === undefined || asked === usual ? '' : `:${asked}`
  const target = modified(request.path, path, match)
  return {
    code: statusCode ?? 302,
    location: `${to}://${hostname ?? request.host}${at}${target}${request.query}`,
  }
}

/** A prefix is replaced by whole elements, and a slash at its end is not looked at: `/foo` by `/xyz` in `/foo/bar`. */
function modified(path: string, modifier: PathModifier | undefined, match: RouteRuleMatch): string {
  switch (modifier?.type) {
    case 'ReplaceFullPath':
      return modifier.replaceFullPath ?? path
    case 'ReplacePrefixMatch': {
      const prefix = (match.path?.value ?? '/').replace(/\/$/, '')
      if (!hasPrefix(path, prefix === '' ? '/' : prefix)) return path
      const start = (modifier.replacePrefixMatch ?? '').replace(/\/$/, '')
      const joined = `${start}${path.slice(prefix.length)}`
      return joined === '' ? '/' : joined
    }
    default:
      return path
  }
}

/** Whether a rule without any backend answers by itself. */
export function answersItself(filters: readonly RouteFilter[]): boolean {
  return filters.some(({ type }) => type === 'RequestRedirect' || type === 'ExtensionRef' || type === 'CORS')
}

/** Every object that filters send requests to: copies of them. */
export function mirrorsOf(
  filters: readonly RouteFilter[],
): readonly { readonly backend: Omit<BackendReference, 'filters'>; readonly index: number }[] {
  return filters.flatMap(({ requestMirror }, index) =>
    requestMirror === undefined ? [] : [{ backend: requestMirror.backendRef, index }],
  )
}
