import { lookupsOf, needsLookup } from '../../network/flows/lookups.ts'
import { memoTable } from '../../network/inventory/memo.ts'
import type { Network } from '../../network/network.ts'
import type { Explanation } from '../../network/policy/explain.ts'
import { type Connection, clientKey, isRouted } from '../../network/traffic/connection.ts'
import { keyOf, type ObjectReference } from '../../snapshot/snapshot.ts'
import { type DenialKind, kindOf } from './denial-kind.ts'
import { type Denial, denialsOf } from './denials.ts'

/** Denials that one policy is to blame for in one way: one fault, however many clients meet it. */
export interface DenialGroup {
  readonly kind: DenialKind
  readonly policy: ObjectReference
  /** The one that was asked about, and those like it, by connection. */
  readonly denials: readonly Denial[]
}

/** A denial with what is wrong and which policy is to blame. */
export interface Blamed {
  readonly denial: Denial
  readonly kind: DenialKind
  readonly policy: ObjectReference
}

type Groups = ReadonlyMap<string, DenialGroup>

const blamedTable = memoTable<readonly Blamed[]>('rules.policy.blamed')
const groupsTable = memoTable<Groups>('rules.policy.groups')

/** The groups that a connection belongs to, of the kinds that a rule is about. Those of routes have a rule of their own. */
export function groupsOf(
  connection: Connection,
  kinds: readonly DenialKind['is'][],
  network: Network,
): readonly DenialGroup[] {
  if (isRouted(connection.client)) return []
  return allBlamed(connection, network)
    .filter(({ kind }) => kinds.includes(kind.is))
    .map((own) => groupsAround(own.denial, network).get(groupKey(own)) ?? groupOf([own], own))
}

function groupOf(members: readonly Blamed[], { kind, policy }: Blamed): DenialGroup {
  const byConnection = new Map(members.map(({ denial }) => [denial.connection.key, denial]))
  return { kind, policy, denials: [...byConnection.values()].sort(byKey) }
}

/** Each group once: those who share it share what is worked out for it. */
function grouped(blamed: readonly Blamed[]): Groups {
  const sorted = [...blamed].sort((a, b) => byKey(a.denial, b.denial))
  return new Map(
    [...Map.groupBy(sorted, groupKey)].flatMap(([key, members]) => {
      const [first] = members
      return first === undefined ? [] : [[key, groupOf(members, first)] as const]
    }),
  )
}

const byKey = (a: Denial, b: Denial): number => (a.connection.key < b.connection.key ? -1 : 1)

const groupKey = ({ denial, kind, policy }: Blamed): string =>
  [denial.direction, kind.is, keyOf(policy), targetKey(denial, kind)].join('|')

/** Everything that stops a connection, each with the policy that is to blame. */
export function allBlamed(connection: Connection, network: Network): readonly Blamed[] {
  return network.inventory.memo.get(blamedTable, connection, () =>
    allDenials(connection, network).flatMap((denial) => {
      const kind = kindOf(denial, network)
      const policy = blamed(denial, kind, network)
      return policy === undefined ? [] : [{ denial, kind, policy }]
    }),
  )
}

/** Those of the connection, and those of the lookup that it needs: what stops that at its own end is left to rules on DNS. */
function allDenials(connection: Connection, network: Network): readonly Denial[] {
  const own = denialsOf(connection, network)
  if (!needsLookup(connection)) return own
  const [lookup] = lookupsOf(connection.client, network.inventory).items
  if (lookup === undefined) return own
  const ofLookup = denialsOf(lookup.connection, network).filter(
    ({ direction, explanation }) => direction === 'ingress' || explanation.tier !== 'network-policy',
  )
  return [...own, ...ofLookup]
}

/** Denials that the same fault may be behind: of connections to the same Service, or from the same namespace. */
function groupsAround({ connection, destination, direction }: Denial, network: Network): Groups {
  const { client } = connection
  const around = (key: string, connections: () => readonly Connection[]): Groups =>
    network.inventory.memo.get(groupsTable, key, () =>
      grouped(connections().flatMap((other) => allBlamed(other, network))),
    )
  if (direction === 'ingress' && destination.kind === 'service' && connection.dials.length > 0) {
    const { namespace = '' } = destination.service.metadata
    return around(`into ${namespace}`, () =>
      network.inventory
        .list('Service', namespace)
        .items.flatMap((service) => network.traffic.to(service).items),
    )
  }
  if (client.kind !== 'workload') return new Map()
  const { namespace } = client.workload
  return around(`from ${namespace}`, () =>
    network.workloads.in(namespace).items.flatMap((workload) => network.traffic.from(workload).items),
  )
}

/**
 * What stands at the far end of an ingress denial, where that is a part of the fault. It is none where a policy comes
 * nowhere near admitting anything, such as a default deny, and of egress denials: whatever is dialled, that policy is.
 */
export function targetKey(denial: Denial, kind: DenialKind): string {
  const { direction, destination, connection } = denial
  const isNear = kind.is !== 'cluster-policy' && kind.miss !== undefined
  const isOfService = destination.kind === 'service' && connection.dials.length > 0
  return direction === 'egress' || (isOfService && !isNear) ? '' : destinationKey(denial)
}

/** The Service and port that is out of reach, or the address. */
export function destinationKey({ destination, connection }: Denial): string {
  if (destination.kind !== 'service') return `${connection.host}:${connection.port ?? '-'}`
  const { name, namespace } = destination.service.metadata
  return `${namespace}/${name}:${destination.port?.port ?? connection.port ?? '-'}`
}

/** The policy to change: the one that comes nearest to allowing it, else the most particular of those that isolate. */
function blamed({ explanation }: Denial, kind: DenialKind, network: Network): ObjectReference | undefined {
  if (kind.is === 'cluster-policy') return explanation.decidedBy[0]?.policy
  return kind.miss === undefined ? mostToBlame(explanation, network) : kind.miss.rule.policy
}

/**
 * Of the policies that isolate a pod and come nowhere near allowing: a default deny of the namespace, else the one that
 * says most about this pod. The choice does not change when somebody adds a policy that allows other things.
 */
export function mostToBlame(
  { isolatedBy, subject }: Explanation,
  network: Network,
): ObjectReference | undefined {
  const policies = network.policy.in(subject.namespace?.name ?? '').policies
  const rank = ({ policy, rules }: Explanation['isolatedBy'][number]): number => {
    const found = policies.find(({ reference }) => reference.name === policy.name)
    const isForAll = found?.subject.pods.requirements.length === 0
    return isForAll ? (rules === 0 ? 0 : 2) : 1
  }
  const [first] = [...isolatedBy].sort(
    (a, b) => rank(a) - rank(b) || b.rules - a.rules || (a.policy.name < b.policy.name ? -1 : 1),
  )
  return first?.policy
}

/** The clients of a group, each once. */
export function clientsOf({ denials }: DenialGroup): readonly Denial[] {
  return [...new Map(denials.map((denial) => [clientKey(denial.connection.client), denial])).values()]
}
