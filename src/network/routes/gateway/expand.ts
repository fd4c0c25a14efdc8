import type {
  BackendReference,
  GatewayRoute,
  GrpcMethod,
  RouteRule,
  RouteRuleMatch,
} from '../../../snapshot/kinds/gateway-route.ts'
import { textMap } from '../../../snapshot/kinds/json.ts'
import type { Listener } from '../../../snapshot/kinds/listener.ts'
import { referenceTo } from '../../../snapshot/snapshot.ts'
import type { Serving } from '../controllers.ts'
import type { RouteRequest } from '../request.ts'
import type { Route, RouteBackend, RouteMatch } from '../route.ts'
import { isServiceReference } from './backends.ts'
import { exampleHost, sharedHosts } from './hostnames.ts'
import { everything } from './matches.ts'

/** What a route is known to stand under. */
export interface Standing {
  readonly servedBy: readonly Serving[]
  /** The listeners that take it, for the example request. */
  readonly listeners?: readonly Listener[] | undefined
}

/** The backends of one rule that are Services and get any traffic. */
function backendsOf(
  route: GatewayRoute,
  rule: RouteRule,
  index: number,
  servedBy: readonly Serving[],
): readonly RouteBackend[] {
  const taking = rule.backendRefs.filter(({ weight }) => weight !== 0)
  return rule.backendRefs.flatMap((reference, b): readonly RouteBackend[] => {
    // Weight 0 takes no traffic: naming such a backend is no use of it.
    if (!isServiceReference(reference) || reference.weight === 0) return []
    return [
      backendOf(route, reference, `spec.rules[${index}].backendRefs[${b}]`, taking.length > 1, servedBy),
    ]
  })
}

export function backendOf(
  route: GatewayRoute,
  reference: BackendReference,
  field: string,
  isShare: boolean,
  servedBy: readonly Serving[],
): RouteBackend {
  return {
    by: referenceTo(route),
    field,
    namespace: reference.namespace ?? route.metadata.namespace ?? '',
    service: reference.name,
    port: reference.port,
    title: `${route.kind} ${route.metadata.name}`,
    isShare,
    weight: reference.weight ?? 1,
    servedBy,
  }
}

/** A route as the ways that requests can take through it: one for each host name and match of each rule. */
export function expand(route: GatewayRoute, { servedBy, listeners = [] }: Standing): readonly Route[] {
  const hosts = route.spec.hostnames.length === 0 ? [undefined] : route.spec.hostnames
  return route.spec.rules.flatMap((rule, r) => {
    const backends = backendsOf(route, rule, r, servedBy)
    const matches = rule.matches.length === 0 ? [everything] : rule.matches
    return matches.flatMap((match, m) =>
      hosts.map((host) =>
        oneWay(route, match, host?.toLowerCase(), `spec.rules[${r}]`, m, backends, servedBy, listeners),
      ),
    )
  })
}

function oneWay(
  route: GatewayRoute,
  match: RouteRuleMatch,
  host: string | undefined,
  field: string,
  index: number,
  backends: readonly RouteBackend[],
  servedBy: readonly Serving[],
  listeners: readonly Listener[],
): Route {
  const shown = matchOf(route, match, host)
  const { listener, host: at } = entranceOf(host, listeners)
  return {
    key: `${route.kind}/${route.metadata.namespace}/${route.metadata.name}#${field}.matches[${index}] ${host ?? '*'}`,
    by: referenceTo(route),
    field,
    title: `${host ?? '*'}${shown.pathType === undefined ? '' : shown.path}`,
    match: shown,
    example: exampleOf(route, match, at, listener),
    backends,
    servedBy,
  }
}

/** The first listener that takes a host name of a route, and what both have in common; the name alone where none does. */
function entranceOf(host: string | undefined, listeners: readonly Listener[]) {
  for (const listener of listeners) {
    const shared = sharedHosts(listener.hostname, host === undefined ? [] : [host])
    if (shared === 'any') return { listener, host: undefined }
    const [first] = shared
    if (first !== undefined) return { listener, host: first }
  }
  return { listener: listeners[0], host }
}

const hasPaths = ({ kind }: GatewayRoute): boolean => kind === 'HTTPRoute' || kind === 'GRPCRoute'

function matchOf(route: GatewayRoute, match: RouteRuleMatch, host: string | undefined): RouteMatch {
  if (!hasPaths(route)) return { host, path: '', further: [] }
  const { method } = match
  if (route.kind === 'GRPCRoute') {
    const grpc = typeof method === 'object' ? method : undefined
    return { host, path: grpcPath(grpc), pathType: grpcType(grpc), further: furtherOf(match) }
  }
  const { type = 'PathPrefix', value = '/' } = match.path ?? {}
  return { host, path: value, pathType: type, further: furtherOf(match) }
}

const grpcPath = (method: GrpcMethod | undefined): string =>
  method === undefined ? '/' : `/${method.service ?? '*'}/${method.method ?? '*'}`

const grpcType = (method: GrpcMethod | undefined): string =>
  method === undefined ? 'PathPrefix' : method.type === 'RegularExpression' ? 'RegularExpression' : 'Exact'

function furtherOf({ method, headers, queryParams }: RouteRuleMatch): readonly string[] {
  const sign = (type: string | undefined): string => ((type ?? 'Exact') === 'Exact' ? '=' : '~')
  return [
    ...(typeof method === 'string' ? [`method ${method}`] : []),
    ...headers.map(({ name, type, value }) => `header ${name}${sign(type)}${value}`),
    ...queryParams.map(({ name, type, value }) => `query ${name}${sign(type)}${value}`),
  ]
}

/** A request that a match is meant for; nothing where a regular expression would have to be made up, or nothing is HTTP. */
function exampleOf(
  route: GatewayRoute,
  match: RouteRuleMatch,
  host: string | undefined,
  listener: Listener | undefined,
): RouteRequest | undefined {
  const { path, headers, queryParams, method } = match
  const isExact = ({ type }: { readonly type?: string | undefined }): boolean => (type ?? 'Exact') === 'Exact'
  if (route.kind !== 'HTTPRoute' || host === undefined || path?.type === 'RegularExpression') return undefined
  if (![...headers, ...queryParams].every(isExact)) return undefined
  const scheme = listener?.protocol === 'HTTPS' ? 'https' : 'http'
  const query = queryParams.map(
    ({ name, value }) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`,
  )
  const name = exampleHost(host)
  return {
    scheme,
    host: name,
    port: listener?.port ?? 80,
    path: path?.value ?? '/',
    query: query.length === 0 ? '' : `?${query.join('&')}`,
    method: typeof method === 'string' ? method : 'GET',
    headers: textMap(Object.fromEntries(headers.map((header) => [header.name.toLowerCase(), header.value]))),
    ...(scheme === 'https' && { serverName: name }),
  }
}
