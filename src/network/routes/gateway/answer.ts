import type { Gateway } from '../../../snapshot/kinds/gateway.ts'
import type { GatewayRoute, RouteRule, RouteRuleMatch } from '../../../snapshot/kinds/gateway-route.ts'
import { type Gap, referenceTo } from '../../../snapshot/snapshot.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import type { Product, Serving } from '../controllers.ts'
import type { RouteRequest } from '../request.ts'
import type { BackendFate, ChosenBackend, RouteAnswer, RouteBackend, RouteEnd, RouteProof } from '../route.ts'
import { backendOf, expand } from './expand.ts'
import { answersItself, applyFilters } from './filters.ts'
import { hostRank, takesHost } from './hostnames.ts'
import { type BoundListener, oldestFirst } from './listeners.ts'
import { comparePrecedence, everything, type Met, meets, precedenceOf, traefikPriority } from './matches.ts'
import { gatewayTrouble, refusalBy, troubleOf } from './trouble.ts'
import type { RouteUnder } from './under.ts'

/** What a Gateway is asked with, and all that it can answer from. */
export interface Asked {
  readonly request: RouteRequest
  readonly gateway: Gateway
  readonly serving: Serving
  /** On the port and of the protocol that the client uses. */
  readonly listeners: readonly BoundListener[]
  readonly under: readonly RouteUnder[]
  /** Not empty: more routes or listeners may be there. */
  readonly gaps: readonly Gap[]
  readonly inventory: Inventory
  readonly fate: (backend: RouteBackend) => BackendFate
}

/** A match that may take the request. */
interface Candidate {
  readonly route: GatewayRoute
  readonly rule: RouteRule
  readonly ruleIndex: number
  readonly match: RouteRuleMatch
  readonly matchIndex: number
  readonly hosts: readonly string[] | 'any'
  readonly met: Met
  readonly rank: readonly number[]
}

/** What one Gateway makes of a request that reaches one of its ports. */
export function answerOf(asked: Asked): RouteAnswer {
  const { gateway, serving } = asked
  const common = { serving, gateway: referenceTo(gateway) }
  const stopped = atListener(asked)
  if (stopped !== undefined) return { ...common, outcome: { is: 'ends', end: stopped } }
  const candidates = candidatesOf(asked)
  const [first, second] = candidates
  if (first === undefined) return { ...common, outcome: { is: 'ends', end: noMatch(asked) } }
  const route = expand(first.route, { servedBy: [serving] }).find(
    ({ field, key }) =>
      field === `spec.rules[${first.ruleIndex}]` && key.includes(`.matches[${first.matchIndex}] `),
  )
  if (first.met === 'maybe' || asked.gaps.length > 0)
    return { ...common, route, outcome: { is: 'ends', end: undecided(first, asked) } }
  const isClear =
    second === undefined || comparePrecedence(first.rank, second.rank) !== 0 || !hasExpression(first, second)
  return { ...common, route, outcome: through(first, asked, isClear ? proofOf(asked) : 'likely') }
}

const hasExpression = (...all: readonly Candidate[]): boolean =>
  all.some(({ match }) => match.path?.type === 'RegularExpression')

export function productOf(serving: Serving): Product | undefined {
  return serving.is === 'served' ? serving.controller.product : undefined
}

/** Traefik is what our tests run; what others do is what the specification wants of them. */
function proofOf({ serving }: Asked): RouteProof {
  const isRun = serving.is === 'served' && serving.controller.product === 'traefik'
  return isRun && serving.controller.knownBy === 'image' ? 'proven' : 'likely'
}

const isHttp = ({ scheme }: RouteRequest): boolean => scheme === 'http' || scheme === 'https'

const isPassedThrough = ({ listener }: BoundListener): boolean => listener.protocol === 'TLS'

/** A request that no listener takes, or whose listener is out of order. */
function atListener(asked: Asked): RouteEnd | undefined {
  const { request, gateway, listeners, inventory } = asked
  const gatewayWrong = gatewayTrouble(gateway, inventory)
  if (gatewayWrong !== undefined) {
    const here = { by: referenceTo(gateway), field: 'status.conditions' }
    return { hop: 'listener', reason: 'no-listener', proof: 'likely', at: here, gaps: [] }
  }
  const at = (bound: BoundListener) => ({ by: referenceTo(bound.owner), field: bound.field })
  const [first] = listeners
  const taking = listenersFor(asked)
  if (first === undefined || taking.length > 0) {
    const broken = taking.map((bound) => ({ bound, why: troubleOf(bound, inventory) }))
    const [worst] = broken
    if (worst === undefined || broken.some(({ why }) => why === undefined)) return undefined
    const reply = request.scheme === 'http' ? { code: 404 } : ({ none: 'tls-alert' } as const)
    const reason = worst.why ?? 'no-listener'
    return { hop: 'listener', reason, reply, proof: 'likely', at: at(worst.bound), gaps: [] }
  }
  if (asked.gaps.length > 0)
    return { hop: 'listener', reason: 'not-read', proof: 'unknown', gaps: asked.gaps }
  const common = { hop: 'listener', reason: 'no-listener', proof: 'likely', at: at(first), gaps: [] } as const
  if (request.scheme === 'http') return { ...common, reply: { code: 404 } }
  // Traefik answers every server name, with a certificate of its own if it must, and looks for a route then.
  if (request.scheme === 'https' && productOf(asked.serving) === 'traefik')
    return { ...common, proof: proofOf(asked), reply: { code: 404 } }
  return { ...common, reply: { none: 'tls-alert' } }
}

/**
 * The listeners whose host name takes the request. Of those the most specific alone, as the specification has it;
 * Traefik lets the routes of all of them compete.
 */
function listenersFor({ request, listeners, serving }: Asked): readonly BoundListener[] {
  const name = isHttp(request) ? request.host : (request.serverName ?? request.host)
  const taking = listeners.filter(
    ({ listener }) => !hasHosts(listener.protocol) || takesHost(listener.hostname, name),
  )
  if (productOf(serving) === 'traefik') return taking
  const best = Math.max(0, ...taking.map(({ listener }) => hostRank(listener.hostname)))
  return taking.filter(({ listener }) => hostRank(listener.hostname) === best)
}

const hasHosts = (protocol: string): boolean => protocol !== 'TCP' && protocol !== 'UDP'

/** Every match of an attached route that takes the request or may, the first to be asked first. */
function candidatesOf(asked: Asked): readonly Candidate[] {
  const { request, under, inventory } = asked
  const chosen = new Set(listenersFor(asked))
  const dialect = dialectOf(asked)
  const found = under.flatMap(({ route, parent }): readonly Candidate[] => {
    if (refusalBy(route, parent, inventory) !== undefined) return []
    return parent.listeners.flatMap((verdict) => {
      if (verdict.is !== 'accepts' || !chosen.has(verdict.bound)) return []
      const hosts = verdict.hosts
      const name = isPassedThrough(verdict.bound) ? (request.serverName ?? request.host) : request.host
      if (hosts !== 'any' && !hosts.some((host) => takesHost(host, name))) return []
      return ruleMatches(route).flatMap(({ rule, ruleIndex, match, matchIndex }) => {
        const met =
          isHttp(request) && !isPassedThrough(verdict.bound) ? meets(match, request, dialect) : 'yes'
        if (met === 'no') return []
        const rank = rankOf({ route, match, hosts, ruleIndex, name }, asked)
        return [{ route, rule, ruleIndex, match, matchIndex, hosts, met, rank }]
      })
    })
  })
  return found.sort(
    (a, b) =>
      comparePrecedence(a.rank, b.rank) ||
      oldestFirst(a.route, b.route) ||
      a.ruleIndex - b.ruleIndex ||
      a.matchIndex - b.matchIndex,
  )
}

const dialectOf = ({ serving }: Asked): { readonly expressions?: 'whole' | 'part' | undefined } => {
  const product = productOf(serving)
  if (product === 'traefik') return { expressions: 'part' }
  return product === 'envoy-gateway' || product === 'istio' || product === 'cilium' || product === 'contour'
    ? { expressions: 'whole' }
    : {}
}

function ruleMatches(route: GatewayRoute) {
  return route.spec.rules.flatMap((rule, ruleIndex) =>
    (rule.matches.length === 0 ? [everything] : rule.matches).map((match, matchIndex) => ({
      rule,
      ruleIndex,
      match,
      matchIndex,
    })),
  )
}

function rankOf(
  candidate: Pick<Candidate, 'route' | 'match' | 'hosts' | 'ruleIndex'> & { readonly name: string },
  { serving }: Asked,
): readonly number[] {
  const { route, match, hosts, ruleIndex, name } = candidate
  if (productOf(serving) === 'traefik' && route.kind === 'HTTPRoute')
    return [traefikPriority(match, hosts, { index: ruleIndex, of: route.spec.rules.length })]
  const own = route.spec.hostnames.filter((host) => takesHost(host, name))
  return [Math.max(0, ...own.map(hostRank)), ...precedenceOf(match)]
}

function noMatch(asked: Asked): RouteEnd {
  const common = { hop: 'match', reason: 'no-match' } as const
  if (asked.gaps.length > 0) return { ...common, reason: 'not-read', proof: 'unknown', gaps: asked.gaps }
  const isOpen = asked.under.some(({ parent }) => parent.outcome === 'unknown')
  if (isOpen) {
    const gaps = asked.under.flatMap(({ parent }) => parent.gaps)
    return { ...common, reason: gaps.length > 0 ? 'not-read' : 'not-evaluated', proof: 'unknown', gaps }
  }
  const reply = isHttp(asked.request) ? { code: 404 } : ({ none: 'reset' } as const)
  return { ...common, reply, proof: proofOf(asked), gaps: [] }
}

function undecided({ route, ruleIndex }: Candidate, { gaps }: Asked): RouteEnd {
  return {
    hop: 'match',
    reason: gaps.length > 0 ? 'not-read' : 'not-evaluated',
    proof: 'unknown',
    at: { by: referenceTo(route), field: `spec.rules[${ruleIndex}].matches` },
    gaps,
  }
}

/** Filters and backends of the rule that takes the request. */
function through(candidate: Candidate, asked: Asked, proof: RouteProof): RouteAnswer['outcome'] {
  const { route, rule, ruleIndex, match } = candidate
  const product = productOf(asked.serving)
  const at = (field: string) => ({ by: referenceTo(route), field: `spec.rules[${ruleIndex}].${field}` })
  const filtered = applyFilters(rule.filters, match, asked.request, product)
  if (filtered.is === 'ends') {
    const { reason, reply, index } = filtered
    const sure = reply === undefined ? 'unknown' : proof
    return {
      is: 'ends',
      end: { hop: 'filter', reason, reply, proof: sure, at: at(`filters[${index}]`), gaps: [] },
    }
  }
  const total = rule.backendRefs.reduce((sum, { weight = 1 }) => sum + weight, 0)
  if (total === 0) {
    const reply = emptyReply(route, rule, product)
    const end = {
      hop: 'backend',
      reason: 'no-effective-backend',
      proof,
      at: at('backendRefs'),
      gaps: [],
    } as const
    return { is: 'ends', end: { ...end, reply } }
  }
  const backends = rule.backendRefs.flatMap((reference, index): readonly ChosenBackend[] => {
    const weight = reference.weight ?? 1
    if (weight === 0) return []
    const field = `spec.rules[${ruleIndex}].backendRefs[${index}]`
    const isShare = weight < total
    const backend = backendOf(route, reference, field, isShare, [asked.serving])
    const own = applyFilters(reference.filters, match, { ...asked.request, path: filtered.path }, product)
    const fate =
      own.is === 'ends' ? endedBy(own, proof, at(`backendRefs[${index}].filters[${own.index}]`)) : undefined
    const path = own.is === 'ends' ? filtered.path : own.path
    return [{ backend, share: weight / total, path, fate: fate ?? asked.fate(backend) }]
  })
  return { is: 'continues', backends, proof }
}

function endedBy(
  { reason, reply }: Extract<ReturnType<typeof applyFilters>, { is: 'ends' }>,
  proof: RouteProof,
  at: RouteEnd['at'],
): BackendFate {
  return {
    is: 'ends',
    end: { hop: 'filter', reason, reply, proof: reply === undefined ? 'unknown' : proof, at, gaps: [] },
  }
}

/**
 * Nothing gets any traffic: 500 by the specification. Traefik skips backends of weight 0 and finds no server then: 503.
 * Source: Traefik 3.7.13, pkg/server/service/loadbalancer/wrr/wrr.go, Balancer.Add and nextServer.
 */
function emptyReply(route: GatewayRoute, rule: RouteRule, product: Product | undefined): RouteEnd['reply'] {
  if (route.kind !== 'HTTPRoute') return route.kind === 'GRPCRoute' ? undefined : { none: 'reset' }
  const isByWeight = rule.backendRefs.length > 0 || answersItself(rule.filters)
  return { code: product === 'traefik' && isByWeight ? 503 : 500 }
}
