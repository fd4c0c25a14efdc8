import type { Gateway } from '../../../snapshot/kinds/gateway.ts'
import type { Listener } from '../../../snapshot/kinds/listener.ts'
import type { ListenerSet } from '../../../snapshot/kinds/listener-set.ts'
import type { Gap } from '../../../snapshot/snapshot.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { memoTable } from '../../inventory/memo.ts'
import { mapRead, type Read } from '../../inventory/read.ts'
import { gatewayGroup } from './grants.ts'
import { type Allowed, isNamespaceAllowed } from './namespaces.ts'

/** Why a listener shares no traffic with another: neither gets any, or the one of lower precedence. */
export type Conflict = 'HostnameConflict' | 'ProtocolConflict'

/** A listener of a Gateway, of its own or of a ListenerSet. */
export interface BoundListener {
  readonly gateway: Gateway
  readonly owner: Gateway | ListenerSet
  /** `spec.listeners[0]` of the owner. */
  readonly field: string
  readonly listener: Listener
  readonly conflict?: { readonly reason: Conflict; readonly with: BoundListener['listener'] } | undefined
}

/** A ListenerSet that names a Gateway, and whether the Gateway lets it in. */
export interface JoinedSet {
  readonly set: ListenerSet
  readonly allowed: Allowed
}

type SetIndex = ReadonlyMap<string, readonly ListenerSet[]>

const setsTable = memoTable<Read<SetIndex>>('gateway.listenerSets')
const listenersTable = memoTable<Read<BoundListener>>('gateway.listeners')

/** The namespace and name of the Gateway that a ListenerSet wants to join; `undefined` for another kind of parent. */
export function gatewayOfSet({
  metadata,
  spec: { parentRef },
}: ListenerSet): { readonly namespace: string; readonly name: string } | undefined {
  const isGateway =
    (parentRef.kind ?? 'Gateway') === 'Gateway' && (parentRef.group ?? gatewayGroup) === gatewayGroup
  return isGateway
    ? { namespace: parentRef.namespace ?? metadata.namespace ?? '', name: parentRef.name }
    : undefined
}

/** Whether the Gateway lets a ListenerSet join; none may where nothing is said. */
export function isSetAllowed(gateway: Gateway, set: ListenerSet, inventory: Inventory): Allowed {
  const { namespace = '' } = gateway.metadata
  const allowed = gateway.spec.allowedListeners?.namespaces
  return isNamespaceAllowed(allowed, 'None', namespace, set.metadata.namespace ?? '', inventory)
}

/** The ListenerSets that name a Gateway, in the order of precedence: oldest first, then by name. */
export function setsOf(gateway: Gateway, inventory: Inventory): Read<JoinedSet> {
  const index = inventory.memo.get(setsTable, '', () =>
    mapRead(inventory.list('ListenerSet'), (sets) => [
      Map.groupBy([...sets].sort(oldestFirst), (set) => {
        const parent = gatewayOfSet(set)
        return parent === undefined ? '' : `${parent.namespace}/${parent.name}`
      }),
    ]),
  )
  const { namespace, name } = gateway.metadata
  return mapRead(index, ([sets]) =>
    (sets?.get(`${namespace}/${name}`) ?? []).map((set) => ({
      set,
      allowed: isSetAllowed(gateway, set, inventory),
    })),
  )
}

/**
 * All listeners of a Gateway: its own and those of the ListenerSets that it lets in, with their conflicts. Gaps: more
 * ListenerSets may have joined.
 */
export function listenersOf(gateway: Gateway, inventory: Inventory): Read<BoundListener> {
  return inventory.memo.get(listenersTable, gateway, () => {
    const { namespace, name } = gateway.metadata
    // The Gateway is an argument; looking it up makes the remembered result depend on it.
    inventory.get('Gateway', namespace ?? '', name)
    const own = gateway.spec.listeners.map((listener, index) => bound(gateway, gateway, listener, index))
    // Without permission no set joins, and none need be looked for.
    const from = gateway.spec.allowedListeners?.namespaces?.from ?? 'None'
    if (from === 'None') return { items: withConflicts(own), gaps: [] }
    const sets = setsOf(gateway, inventory)
    const unknown = sets.items.flatMap(({ allowed }): readonly Gap[] =>
      allowed.is === 'unknown' ? allowed.gaps : [],
    )
    const joined = sets.items.flatMap(({ set, allowed }) =>
      allowed.is === 'yes'
        ? set.spec.listeners.map((listener, index) => bound(gateway, set, listener, index))
        : [],
    )
    return { ...sets, gaps: [...sets.gaps, ...unknown], items: withConflicts([...own, ...joined]) }
  })
}

function bound(
  gateway: Gateway,
  owner: Gateway | ListenerSet,
  listener: Listener,
  index: number,
): BoundListener {
  return { gateway, owner, field: `spec.listeners[${index}]`, listener }
}

/**
 * Indistinct listeners of one owner are all out; between owners the one of higher precedence stays. Source: Gateway API,
 * Gateway.listeners and ListenerSet.listeners.
 */
function withConflicts(all: readonly BoundListener[]): readonly BoundListener[] {
  const taken = new Map<string, BoundListener>()
  return [...Map.groupBy(all, ({ owner }) => owner).values()].flatMap((own) => {
    const claimed = new Map<string, BoundListener[]>()
    for (const item of own)
      for (const claim of claimsOf(item.listener)) claimed.set(claim, [...(claimed.get(claim) ?? []), item])
    const judged = own.map((item): BoundListener => {
      for (const { claim, reason } of clashesOf(item.listener)) {
        const other = claimed.get(claim)?.find((rival) => rival !== item) ?? taken.get(claim)
        if (other !== undefined) return { ...item, conflict: { reason, with: other.listener } }
      }
      return item
    })
    for (const item of judged) {
      if (item.conflict !== undefined) continue
      for (const claim of claimsOf(item.listener)) if (!taken.has(claim)) taken.set(claim, item)
    }
    return judged
  })
}

const byHost: ReadonlySet<string> = new Set(['HTTP', 'HTTPS', 'TLS'])

const hostClaim = ({ port, protocol, hostname = '' }: Listener): string =>
  `${port} ${protocol} ${hostname.toLowerCase()}`

/** What a listener takes for itself. */
function claimsOf(listener: Listener): readonly string[] {
  const { port, protocol } = listener
  return byHost.has(protocol) ? [hostClaim(listener), `${port} by host`] : [`${port} ${protocol}`]
}

/** What it cannot stand beside. Whether HTTP and HTTPS or TLS share a port is left to the implementation. */
function clashesOf(listener: Listener): readonly { readonly claim: string; readonly reason: Conflict }[] {
  const { port, protocol } = listener
  if (byHost.has(protocol)) {
    return [
      { claim: hostClaim(listener), reason: 'HostnameConflict' },
      { claim: `${port} TCP`, reason: 'ProtocolConflict' },
    ]
  }
  const same = { claim: `${port} ${protocol}`, reason: 'ProtocolConflict' } as const
  return protocol === 'TCP' ? [same, { claim: `${port} by host`, reason: 'ProtocolConflict' }] : [same]
}

interface Dated {
  readonly metadata: {
    readonly name: string
    readonly namespace?: string | undefined
    readonly creationTimestamp?: string | undefined
  }
}

/** The order that the Gateway API breaks ties by: the oldest, then by namespace and name. */
export function oldestFirst(a: Dated, b: Dated): number {
  const time = ({ metadata }: Dated): number => Date.parse(metadata.creationTimestamp ?? '') || 0
  const key = ({ metadata }: Dated): string => `${metadata.namespace ?? ''}/${metadata.name}`
  return time(a) - time(b) || (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0)
}
