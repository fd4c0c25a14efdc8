import type { GrpcMethod, NamedMatch, RouteRuleMatch } from '../../../snapshot/kinds/gateway-route.ts'
import type { RouteRequest } from '../request.ts'
import { matchesExpression } from './regular-expression.ts'

/** Whether a request meets a match: `maybe` where the implementation's own rules decide. */
export type Met = 'yes' | 'no' | 'maybe'

/** A rule without matches takes every request. */
export const everything: RouteRuleMatch = { headers: [], queryParams: [] }

/** What an implementation does where the specification leaves it open. */
export interface Dialect {
  readonly expressions?: 'whole' | 'part' | undefined
}

/** All parts of a match must be met. Source: Gateway API, HTTPRouteMatch and GRPCRouteMatch. */
export function meets(match: RouteRuleMatch, request: RouteRequest, dialect: Dialect): Met {
  const answers = [
    meetsPath(match, request, dialect),
    meetsMethod(match.method, request, dialect),
    ...distinctNames(match.headers, (name) => name.toLowerCase()).map((header) =>
      meetsValue(header, request.headers[header.name.toLowerCase()], dialect),
    ),
    ...distinctNames(match.queryParams, (name) => name).map((parameter) =>
      meetsValue(parameter, queryValue(request.query, parameter.name), dialect),
    ),
    (match.unreadFields ?? []).length > 0 ? 'maybe' : 'yes',
  ] as const
  if (answers.includes('no')) return 'no'
  return answers.includes('maybe') ? 'maybe' : 'yes'
}

/** Of several entries with one name the first counts. */
function distinctNames(matches: readonly NamedMatch[], key: (name: string) => string): readonly NamedMatch[] {
  const found = new Map<string, NamedMatch>()
  for (const match of matches) if (!found.has(key(match.name))) found.set(key(match.name), match)
  return [...found.values()]
}

const met = (answer: boolean | undefined): Met => (answer === undefined ? 'maybe' : answer ? 'yes' : 'no')

function meetsPath({ path }: RouteRuleMatch, { path: asked }: RouteRequest, dialect: Dialect): Met {
  const { type = 'PathPrefix', value = '/' } = path ?? {}
  switch (type) {
    case 'Exact':
      return met(asked === value)
    case 'PathPrefix':
      return met(hasPrefix(asked, value))
    case 'RegularExpression':
      return met(matchesExpression(value, asked, dialect.expressions))
    default:
      return 'maybe'
  }
}

/** By whole elements: `/abc` takes `/abc` and `/abc/d`, not `/abcd`; a slash at the end is not looked at. */
export function hasPrefix(path: string, prefix: string): boolean {
  const start = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
  return path === start || path.startsWith(`${start}/`)
}

function meetsMethod(method: RouteRuleMatch['method'], request: RouteRequest, dialect: Dialect): Met {
  if (method === undefined) return 'yes'
  return typeof method === 'string' ? met(method === request.method) : meetsGrpc(method, request, dialect)
}

/** A gRPC call is a POST to `/package.Service/Method`. */
function meetsGrpc(
  { type = 'Exact', service, method }: GrpcMethod,
  request: RouteRequest,
  dialect: Dialect,
): Met {
  const [, calledService = '', calledMethod = ''] = request.path.split('/')
  const part = (wanted: string | undefined, called: string): Met => {
    if (wanted === undefined || wanted === '') return 'yes'
    if (type === 'Exact') return met(wanted === called)
    return type === 'RegularExpression'
      ? met(matchesExpression(wanted, called, dialect.expressions))
      : 'maybe'
  }
  const answers = [part(service, calledService), part(method, calledMethod)]
  if (answers.includes('no')) return 'no'
  return answers.includes('maybe') ? 'maybe' : 'yes'
}

function meetsValue({ type = 'Exact', value }: NamedMatch, sent: string | undefined, dialect: Dialect): Met {
  if (sent === undefined) return 'no'
  if (type === 'Exact') return met(sent === value)
  return type === 'RegularExpression' ? met(matchesExpression(value, sent, dialect.expressions)) : 'maybe'
}

/** The first value of a query parameter. */
function queryValue(query: string, name: string): string | undefined {
  for (const pair of query.replace(/^\?/, '').split('&')) {
    const at = pair.indexOf('=')
    const key = at === -1 ? pair : pair.slice(0, at)
    if (decoded(key) === name && key !== '') return at === -1 ? '' : decoded(pair.slice(at + 1))
  }
  return undefined
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}

/** What is compared, first number first, to tell which of two matches takes a request that both meet. */
export type Precedence = readonly number[]

/**
 * By the specification: an exact path, then the longest prefix, then a method, then most headers, then most query
 * parameters. Where a regular expression stands among them is left to the implementation. Source: Gateway API,
 * HTTPRouteRule.matches and GRPCRouteRule.matches.
 */
export function precedenceOf({ path, method, headers, queryParams }: RouteRuleMatch): Precedence {
  const { type = 'PathPrefix', value = '/' } = path ?? {}
  const isHttp = method === undefined || typeof method === 'string'
  return [
    type === 'Exact' ? 2 : type === 'PathPrefix' ? 1 : 0,
    type === 'PathPrefix' ? value.length : 0,
    isHttp ? (method === undefined ? 0 : 1) : (method.service ?? '').length,
    isHttp ? 0 : (method.method ?? '').length,
    headers.length,
    queryParams.length,
  ]
}

/**
 * As Traefik computes it, one number for all: host and path and the rest are added up, so that a long path under a
 * wildcard goes before a short one under an exact name.
 *
 * Source: Traefik 3.7.13, pkg/provider/kubernetes/gateway/httproute.go, buildMatchRule and loadHTTPRoute.
 *
 * @param hosts that listener and route share
 */
export function traefikPriority(
  { path, method, headers, queryParams }: RouteRuleMatch,
  hosts: readonly string[] | 'any',
  rule: { readonly index: number; readonly of: number },
): number {
  const { type = 'PathPrefix', value = '/' } = path ?? {}
  const isRoot = type === 'PathPrefix' && value === '/'
  const ofPath = type === 'Exact' ? 100_000 : isRoot ? 1 : 10_000 + value.length * 100
  const ofHosts = hosts === 'any' ? 0 : Math.max(0, ...hosts.map((host) => host.length))
  return (
    ofPath +
    (method === undefined ? 0 : 1_000) +
    headers.length * 100 +
    queryParams.length * 10 +
    ofHosts +
    rule.of -
    rule.index
  )
}

/** Larger goes first. */
export function comparePrecedence(a: Precedence, b: Precedence): number {
  for (const [index, value] of a.entries()) {
    const other = b[index] ?? 0
    if (value !== other) return other - value
  }
  return 0
}
