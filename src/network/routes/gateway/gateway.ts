import type { Gateway } from '../../../snapshot/kinds/gateway.ts'
import type {
  BackendReference,
  GatewayRoute,
  GatewayRouteKind,
} from '../../../snapshot/kinds/gateway-route.ts'
import type { Listener } from '../../../snapshot/kinds/listener.ts'
import { type Gap, type ObjectReference, referenceTo } from '../../../snapshot/snapshot.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { memoTable } from '../../inventory/memo.ts'
import { distinctGaps, joinReads, mapRead, type Read } from '../../inventory/read.ts'
import type { Product, Serving } from '../controllers.ts'
import type { RouteRequest } from '../request.ts'
import type {
  BackendFate,
  Route,
  RouteAnswer,
  RouteBackend,
  RouteEnd,
  RouteReason,
  RouteSource,
} from '../route.ts'
import type { RouteParts } from '../route-parts.ts'
import { answerOf, productOf } from './answer.ts'
import { type BackendState, backendState } from './backends.ts'
import { entryPorts } from './entry-ports.ts'
import { expand, type Standing } from './expand.ts'
import { takesHost } from './hostnames.ts'
import { type BoundListener, listenersOf } from './listeners.ts'
import { isForGateways, type Parent, parentsOf } from './parents.ts'
import { servingOf } from './serving.ts'
import { gatewayTrouble, refusalBy, troubleOf } from './trouble.ts'
import { gatewayRouteKinds, type RouteUnder, routesUnder } from './under.ts'

const servingTable = memoTable<Serving>('gateway.serving')

/** Routes of the Gateway API. */
export class GatewayRoutes implements RouteSource {
  readonly #parts: RouteParts
  readonly #inventory: Inventory

  constructor(parts: RouteParts) {
    this.#parts = parts
    this.#inventory = parts.inventory
  }

  namespaces(): readonly string[] {
    return gatewayRouteKinds.flatMap((kind) => this.#inventory.namespacesOf(kind))
  }

  unread(): readonly Gap[] {
    return gatewayRouteKinds.flatMap((kind) => this.#inventory.gaps(kind))
  }

  in(namespace: string): Read<Route> {
    return mapRead(this.objectsIn(namespace), (routes) =>
      routes.flatMap((route) => expand(route, this.#standing(route))),
    )
  }

  /** The route objects of a namespace, of all kinds. */
  objectsIn(namespace: string): Read<GatewayRoute> {
    return joinReads(
      gatewayRouteKinds.map((kind): Read<GatewayRoute> => this.#inventory.list(kind, namespace)),
    )
  }

  /** The route object that a reference names, where it is of one of these kinds. */
  object(by: ObjectReference): GatewayRoute | undefined {
    const kind = gatewayRouteKinds.find((name) => name === by.kind)
    return kind === undefined ? undefined : this.#inventory.get(kind, by.namespace ?? '', by.name).items[0]
  }

  /** What each parent of a route makes of it, by the specification. */
  parents(route: GatewayRoute): readonly Parent[] {
    return parentsOf(route, this.#inventory)
  }

  /** What a backend of a route is, by the specification. */
  backend(route: GatewayRoute, reference: Omit<BackendReference, 'filters'>): BackendState {
    return backendState(route, reference, this.#inventory)
  }

  /** All listeners of a Gateway, with those of its ListenerSets. */
  listeners(gateway: Gateway): Read<BoundListener> {
    return listenersOf(gateway, this.#inventory)
  }

  /** Every route that names a Gateway or a ListenerSet of it. */
  under(gateway: Gateway): Read<RouteUnder> {
    return routesUnder(gateway, this.#inventory)
  }

  /** Who serves a Gateway. */
  serving(gateway: Gateway): Serving {
    return this.#inventory.memo.get(servingTable, gateway, () => {
      this.#inventory.get('Gateway', gateway.metadata.namespace ?? '', gateway.metadata.name)
      return servingOf(gateway, this.#parts)
    })
  }

  fate(backend: RouteBackend): BackendFate {
    const route = this.object(backend.by)
    if (route === undefined) return ended('not-evaluated', { proof: 'unknown' })
    const parents = parentsOf(route, this.#inventory)
    if (isForGateways(parents)) {
      const lost = attachmentEnd(route, parents, this.#inventory) ?? this.#gatewayEnd(parents)
      if (lost !== undefined) return { is: 'ends', end: lost }
    }
    const { name, ...reference } = referenceOf(backend, route)
    const state = backendState(route, { ...reference, name }, this.#inventory)
    switch (state.is) {
      case 'valid':
        return { is: 'continues', service: state.service, port: state.port, viaClusterIp: false }
      case 'unknown':
        return ended('not-read', { proof: 'unknown', gaps: state.gaps })
      case 'other-kind':
        return ended('backend-kind', { proof: 'unknown' })
      case 'invalid': {
        const proof = this.#proofFor(backend)
        const isAlias = state.why === 'external-name'
        if (isAlias && !refusesAliases(backend.servedBy)) return ended('backend-kind', { proof: 'unknown' })
        const reason = isAlias ? 'backend-kind' : state.why
        return ended(reason, { proof, reply: invalidReply(route.kind) })
      }
    }
  }

  answers(request: RouteRequest): Read<RouteAnswer> {
    const gateways = this.#inventory.list('Gateway')
    const reached = gateways.items.flatMap((gateway) => this.#askedAtPort(gateway, request))
    if (reached.length > 0) return { ...gateways, items: reached }
    return mapRead(gateways, (items) => items.flatMap((gateway) => this.#missedPort(gateway, request)))
  }

  /** Why no Gateway that takes the route gets any request; `undefined` where one does, or may. */
  #gatewayEnd(parents: readonly Parent[]): RouteEnd | undefined {
    if (parents.some(({ outcome }) => outcome === 'unknown' || outcome === 'not-judged')) return undefined
    const taking = parents.filter(({ outcome }) => outcome === 'attached')
    const ends = taking.map((parent) => this.#parentEnd(parent))
    return ends.every((end) => end !== undefined) ? ends[0] : undefined
  }

  #parentEnd({ gateway, listeners }: Parent): RouteEnd | undefined {
    if (gateway === undefined) return undefined
    const at = { by: referenceTo(gateway), field: 'spec.gatewayClassName' }
    const serving = this.serving(gateway)
    if (serving.is === 'unserved') return { ...unserved(serving), at }
    const trouble = gatewayTrouble(gateway, this.#inventory)
    const common = { hop: 'listener', proof: 'likely', gaps: [] } as const
    if (trouble !== undefined)
      return { ...common, reason: 'no-listener', at: { ...at, field: 'status.conditions' } }
    const taking = listeners.flatMap((verdict) => (verdict.is === 'accepts' ? [verdict.bound] : []))
    const troubles = taking.map((bound) => ({ bound, why: troubleOf(bound, this.#inventory) }))
    const [first] = troubles
    if (first?.why === undefined || troubles.some(({ why }) => why === undefined)) return undefined
    return {
      ...common,
      reason: first.why,
      at: { by: referenceTo(first.bound.owner), field: first.bound.field },
    }
  }

  #askedAtPort(gateway: Gateway, request: RouteRequest): readonly RouteAnswer[] {
    const serving = this.serving(gateway)
    const all = listenersOf(gateway, this.#inventory)
    const ports = entryPorts(request.port, serving, this.#parts)
    const listeners = all.items.filter(
      ({ listener }) => ports.includes(listener.port) && speaks(listener, request),
    )
    if (listeners.length === 0) return []
    const common = { serving, gateway: referenceTo(gateway) }
    if (serving.is === 'unserved') return [{ ...common, outcome: { is: 'ends', end: unserved(serving) } }]
    const under = routesUnder(gateway, this.#inventory)
    const gaps = distinctGaps([all.gaps, under.gaps])
    const fate = (backend: RouteBackend): BackendFate => this.fate(backend)
    const inventory = this.#inventory
    return [answerOf({ request, gateway, serving, listeners, under: under.items, gaps, inventory, fate })]
  }

  /** A Gateway that knows the host, but not on this port or not by this protocol. */
  #missedPort(gateway: Gateway, request: RouteRequest): readonly RouteAnswer[] {
    const known = routesUnder(gateway, this.#inventory).items.some(({ parent }) =>
      parent.listeners.some(
        (verdict) =>
          verdict.is === 'accepts' &&
          verdict.hosts !== 'any' &&
          verdict.hosts.some((host) => takesHost(host, request.host)),
      ),
    )
    if (!known) return []
    const end: RouteEnd = {
      hop: 'listener',
      reason: 'no-listener',
      reply: { none: 'refused' },
      proof: 'likely',
      at: { by: referenceTo(gateway), field: 'spec.listeners' },
      gaps: [],
    }
    return [{ serving: this.serving(gateway), gateway: referenceTo(gateway), outcome: { is: 'ends', end } }]
  }

  #standing(route: GatewayRoute): Standing {
    const parents = parentsOf(route, this.#inventory)
    const servedBy = parents.flatMap(({ gateway }) => (gateway === undefined ? [] : [this.serving(gateway)]))
    const taking = parents.flatMap(({ listeners }) => listeners.filter(({ is }) => is === 'accepts'))
    return { servedBy: [...new Set(servedBy)], listeners: taking.map(({ bound }) => bound.listener) }
  }

  #proofFor({ servedBy }: RouteBackend): RouteEnd['proof'] {
    const isRun = (serving: Serving): boolean =>
      productOf(serving) === ('traefik' satisfies Product) &&
      serving.is === 'served' &&
      serving.controller.knownBy === 'image'
    return servedBy.length > 0 && servedBy.every(isRun) ? 'proven' : 'likely'
  }
}

/**
 * Whether everybody who serves a route is known to send nothing to an ExternalName. The Gateway API wants implementations
 * not to follow it and lets them; Traefik refuses it (3.7.13, kubernetes/gateway, getBackendAddresses).
 */
function refusesAliases(servedBy: readonly Serving[]): boolean {
  return (
    servedBy.length > 0 && servedBy.every((serving) => productOf(serving) === ('traefik' satisfies Product))
  )
}

function referenceOf({ field, namespace, service, port }: RouteBackend, route: GatewayRoute) {
  const [, rule = '', index = ''] = /^spec\.rules\[(\d+)\]\.backendRefs\[(\d+)\]$/.exec(field) ?? []
  const written = route.spec.rules[Number(rule)]?.backendRefs[Number(index)]
  const number = typeof port === 'number' ? port : undefined
  return { group: written?.group, kind: written?.kind, namespace, name: service, port: number }
}

function ended(
  reason: RouteReason,
  { proof, reply, gaps = [] }: Pick<RouteEnd, 'proof'> & Partial<Pick<RouteEnd, 'reply' | 'gaps'>>,
): BackendFate {
  return { is: 'ends', end: { hop: 'backend', reason, reply, proof, gaps } }
}

/** A route that none of its Gateways takes; `undefined` where one does. */
function attachmentEnd(
  route: GatewayRoute,
  parents: readonly Parent[],
  inventory: Inventory,
): RouteEnd | undefined {
  const isTaken = (parent: Parent): boolean =>
    parent.outcome === 'not-judged' ||
    (parent.outcome === 'attached' && refusalBy(route, parent, inventory) === undefined)
  if (parents.some(isTaken)) return undefined
  const common = { hop: 'match', reason: 'not-attached' } as const
  if (parents.some(({ outcome }) => outcome === 'unknown')) {
    const gaps = distinctGaps(parents.map((parent) => parent.gaps))
    return { ...common, reason: gaps.length > 0 ? 'not-read' : 'not-evaluated', proof: 'unknown', gaps }
  }
  const reply = route.kind === 'HTTPRoute' ? { code: 404 } : ({ none: 'reset' } as const)
  return { ...common, reply, proof: 'likely', gaps: [] }
}

/** What is said for a backend that cannot be used. A gRPC client gets a status of its own, no HTTP code. */
function invalidReply(kind: GatewayRouteKind): RouteEnd['reply'] {
  if (kind === 'HTTPRoute') return { code: 500 }
  return kind === 'GRPCRoute' ? undefined : { none: 'reset' }
}

function unserved({ reason }: Extract<Serving, { is: 'unserved' }>): RouteEnd {
  return { hop: 'listener', reason, proof: 'likely', gaps: [] }
}

/** Whether a listener takes what the client speaks. */
function speaks({ protocol }: Listener, { scheme }: RouteRequest): boolean {
  switch (scheme) {
    case 'http':
      return protocol === 'HTTP'
    case 'https':
      return protocol === 'HTTPS' || protocol === 'TLS'
    case 'tcp':
      return protocol === 'TCP' || protocol === 'TLS'
    case 'udp':
      return protocol === 'UDP'
  }
}
