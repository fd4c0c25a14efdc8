import type { Gateway } from '../../../snapshot/kinds/gateway.ts'
import type {
  GatewayRoute,
  GatewayRouteKind,
  ParentReference,
  RouteParentStatus,
} from '../../../snapshot/kinds/gateway-route.ts'
import type { Listener } from '../../../snapshot/kinds/listener.ts'
import type { ListenerSet } from '../../../snapshot/kinds/listener-set.ts'
import type { Gap } from '../../../snapshot/snapshot.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { memoTable } from '../../inventory/memo.ts'
import { distinctGaps } from '../../inventory/read.ts'
import { gatewayGroup } from './grants.ts'
import { sharedHosts } from './hostnames.ts'
import { type BoundListener, gatewayOfSet, isSetAllowed, listenersOf } from './listeners.ts'
import { isNamespaceAllowed } from './namespaces.ts'

/** Why a parent does not take a route, in the order in which the conditions of a route tell them. */
export type Refusal =
  /** No listener has the section name and port that the route asks for. */
  | 'no-matching-parent'
  /** The protocol, or `allowedRoutes.kinds`, leaves this kind of route out. */
  | 'kind-not-allowed'
  | 'namespace-not-allowed'
  | 'no-matching-hostname'
  /** The ListenerSet may not join its Gateway, or the Gateway is not there. */
  | 'listener-set-not-joined'

/** What one listener makes of a route. */
export type ListenerVerdict =
  | { readonly bound: BoundListener; readonly is: 'accepts'; readonly hosts: readonly string[] | 'any' }
  | { readonly bound: BoundListener; readonly is: 'refuses'; readonly why: Refusal }
  | { readonly bound: BoundListener; readonly is: 'unknown'; readonly gaps: readonly Gap[] }

/** One entry of a route's `parentRefs`, and what comes of it by the specification alone. */
export interface Parent {
  readonly reference: ParentReference
  /** `spec.parentRefs[0]`. */
  readonly field: string
  /** Only Gateways and ListenerSets are judged: a Service belongs to a mesh, other kinds to their vendors. */
  readonly kind: 'Gateway' | 'ListenerSet' | 'Service' | 'other'
  readonly namespace: string
  readonly gateway?: Gateway | undefined
  readonly set?: ListenerSet | undefined
  /** The listeners that section name and port choose. */
  readonly listeners: readonly ListenerVerdict[]
  readonly outcome: 'attached' | 'refused' | 'missing' | 'unknown' | 'not-judged'
  /** The refusal that stands for all, with `refused`. */
  readonly why?: Refusal | undefined
  /** With `unknown`; empty where no read would tell, such as a protocol of the implementation's own. */
  readonly gaps: readonly Gap[]
}

const parentsTable = memoTable<readonly Parent[]>('gateway.parents')

/** What each parent of a route makes of it, by the specification: status conditions are not looked at. */
export function parentsOf(route: GatewayRoute, inventory: Inventory): readonly Parent[] {
  return inventory.memo.get(parentsTable, route, () => {
    inventory.get(route.kind, route.metadata.namespace ?? '', route.metadata.name)
    return route.spec.parentRefs.map((reference, index) => judge(route, reference, index, inventory))
  })
}

/** Whether a route has anything to do with a Gateway at all: routes of a mesh alone have none. */
export function isForGateways(parents: readonly Parent[]): boolean {
  return parents.some(({ kind }) => kind === 'Gateway' || kind === 'ListenerSet')
}

/** What a controller wrote about one parent of a route. */
export function statusOf(
  route: GatewayRoute,
  { reference, namespace }: Parent,
): RouteParentStatus | undefined {
  const own = route.metadata.namespace ?? ''
  return route.status.parents.find(
    ({ parentRef }) =>
      parentRef.name === reference.name &&
      (parentRef.namespace ?? own) === namespace &&
      (parentRef.kind ?? 'Gateway') === (reference.kind ?? 'Gateway') &&
      (parentRef.sectionName ?? '') === (reference.sectionName ?? '') &&
      parentRef.port === reference.port,
  )
}

function kindOf({ group, kind = 'Gateway' }: ParentReference): Parent['kind'] {
  if ((group ?? gatewayGroup) === gatewayGroup && (kind === 'Gateway' || kind === 'ListenerSet')) return kind
  return group === '' && kind === 'Service' ? 'Service' : 'other'
}

function judge(route: GatewayRoute, reference: ParentReference, index: number, inventory: Inventory): Parent {
  const kind = kindOf(reference)
  const namespace = reference.namespace ?? route.metadata.namespace ?? ''
  const start = { reference, field: `spec.parentRefs[${index}]`, kind, namespace, listeners: [], gaps: [] }
  switch (kind) {
    case 'Gateway': {
      const read = inventory.get('Gateway', namespace, reference.name)
      const [gateway] = read.items
      if (gateway !== undefined) return underGateway(route, { ...start, gateway }, gateway, inventory)
      return absent(start, 'Gateway', read, inventory)
    }
    case 'ListenerSet': {
      const read = inventory.get('ListenerSet', namespace, reference.name)
      const [set] = read.items
      if (set !== undefined) return underSet(route, { ...start, set }, set, inventory)
      return absent(start, 'ListenerSet', read, inventory)
    }
    case 'Service':
    case 'other':
      return { ...start, outcome: 'not-judged' }
  }
}

type Start = Omit<Parent, 'outcome'>

interface Absence {
  readonly gaps: readonly Gap[]
  readonly open?: { noteOpen(): void } | undefined
}

/** Gateways are seldom among the manifests of an application: there, one is missed only beside others. */
function absent(start: Start, kind: 'Gateway' | 'ListenerSet', read: Absence, inventory: Inventory): Parent {
  const { gaps, open } = read
  if (gaps.length > 0) return { ...start, outcome: 'unknown', gaps }
  if (open !== undefined && inventory.list(kind, start.namespace).items.length === 0)
    return { ...start, outcome: 'unknown' }
  open?.noteOpen()
  return { ...start, outcome: 'missing' }
}

function underSet(route: GatewayRoute, start: Start, set: ListenerSet, inventory: Inventory): Parent {
  const named = gatewayOfSet(set)
  if (named === undefined) return { ...start, outcome: 'not-judged' }
  const read = inventory.get('Gateway', named.namespace, named.name)
  const [gateway] = read.items
  if (gateway === undefined) {
    const parent = absent(start, 'Gateway', read, inventory)
    return parent.outcome === 'missing'
      ? { ...parent, outcome: 'refused', why: 'listener-set-not-joined' }
      : parent
  }
  const allowed = isSetAllowed(gateway, set, inventory)
  const here = { ...start, gateway }
  if (allowed.is === 'unknown') return { ...here, outcome: 'unknown', gaps: allowed.gaps }
  if (allowed.is === 'no') return { ...here, outcome: 'refused', why: 'listener-set-not-joined' }
  return underGateway(route, here, gateway, inventory)
}

function underGateway(route: GatewayRoute, start: Start, gateway: Gateway, inventory: Inventory): Parent {
  const owner = start.set ?? gateway
  const { sectionName = '', port } = start.reference
  const chosen = listenersOf(gateway, inventory).items.filter(
    (bound) =>
      bound.owner === owner &&
      (sectionName === '' || bound.listener.name === sectionName) &&
      (port === undefined || bound.listener.port === port),
  )
  const listeners = chosen.map((bound) => ask(route, bound, inventory))
  if (listeners.some(({ is }) => is === 'accepts')) return { ...start, listeners, outcome: 'attached' }
  const gaps = listeners.map((item) => (item.is === 'unknown' ? item.gaps : []))
  if (listeners.some(({ is }) => is === 'unknown'))
    return { ...start, listeners, outcome: 'unknown', gaps: distinctGaps(gaps) }
  return { ...start, listeners, outcome: 'refused', why: strongest(listeners) }
}

/** The refusal that came furthest: a listener that all but took the route tells more than one that is for other kinds. */
const furthest: readonly Refusal[] = ['no-matching-hostname', 'namespace-not-allowed', 'kind-not-allowed']

function strongest(listeners: readonly ListenerVerdict[]): Refusal {
  const reasons = listeners.flatMap((item) => (item.is === 'refuses' ? [item.why] : []))
  return furthest.find((reason) => reasons.includes(reason)) ?? 'no-matching-parent'
}

/** What one listener makes of a route, by kind, namespace and host names. */
function ask(route: GatewayRoute, bound: BoundListener, inventory: Inventory): ListenerVerdict {
  const { listener, owner } = bound
  const isKind = takesKind(listener, route.kind)
  if (isKind === false) return { bound, is: 'refuses', why: 'kind-not-allowed' }
  const allowed = isNamespaceAllowed(
    listener.allowedRoutes?.namespaces,
    'Same',
    owner.metadata.namespace ?? '',
    route.metadata.namespace ?? '',
    inventory,
  )
  if (allowed.is === 'no') return { bound, is: 'refuses', why: 'namespace-not-allowed' }
  const hosts = hasHosts(route.kind) ? sharedHosts(listener.hostname, route.spec.hostnames) : 'any'
  if (hosts !== 'any' && hosts.length === 0) return { bound, is: 'refuses', why: 'no-matching-hostname' }
  if (allowed.is === 'unknown') return { bound, is: 'unknown', gaps: allowed.gaps }
  if (isKind === undefined) return { bound, is: 'unknown', gaps: [] }
  return { bound, is: 'accepts', hosts }
}

const hasHosts = (kind: GatewayRouteKind): boolean => kind !== 'TCPRoute' && kind !== 'UDPRoute'

/** Kinds of routes that go with a protocol, in any conforming implementation; `undefined` for a protocol of its own. */
export function kindsOf({ protocol, tls }: Listener): readonly GatewayRouteKind[] | undefined {
  switch (protocol) {
    case 'HTTP':
    case 'HTTPS':
      return ['HTTPRoute', 'GRPCRoute']
    case 'TLS':
      return tls?.mode === 'Passthrough' ? ['TLSRoute'] : ['TLSRoute', 'TCPRoute']
    case 'TCP':
      return ['TCPRoute']
    case 'UDP':
      return ['UDPRoute']
    default:
      return undefined
  }
}

/** `undefined`: the implementation's own protocol decides. */
function takesKind(listener: Listener, kind: GatewayRouteKind): boolean | undefined {
  const named = listener.allowedRoutes?.kinds ?? []
  const isNamed = named.some((item) => item.kind === kind && (item.group ?? gatewayGroup) === gatewayGroup)
  if (named.length > 0 && !isNamed) return false
  const supported = kindsOf(listener)
  return supported === undefined ? undefined : supported.includes(kind)
}
