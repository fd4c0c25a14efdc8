import { canonicalAddress } from '../../inventory/address.ts'
import { decide, type FlowVerdict } from '../decide.ts'
import { addressesOf, type Endpoint, type Family, isHostNetwork, isSamePod as isSame } from '../endpoint.ts'
import { matchSubject } from '../match.ts'
import type { Direction, Policy } from '../model.ts'
import type { Policies } from '../policies.ts'
import type { AddressAtom } from './address-atoms.ts'
import { hasBit, numbersIn } from './bits.ts'
import { type Column, ColumnBuilder, families, type PodInWorlds } from './columns.ts'
import { familiesBetween, partyOf, type SideRow, Sides } from './sides.ts'
import { type PortAtom, portAtoms, vocabularyOf } from './vocabulary.ts'

export type Outcome = FlowVerdict['outcome']

/** Pairs of a source and a destination that are judged alike. */
export interface PairGroup {
  readonly count: number
  /** One such pair, in each world. */
  readonly source: readonly Endpoint[]
  readonly destination: readonly Endpoint[]
  /** One end has the address of the other's own node (T34): never judged by columns. */
  readonly isOwnNode: boolean
}

/** One of the ends that a column stands for. */
export interface End {
  readonly column: number
  readonly endpoint: Endpoint
}

interface OwnNodePairs {
  readonly host: readonly Endpoint[]
  readonly pod: readonly Endpoint[]
  readonly count: number
}

/**
 * Who reaches whom, for all pods and the addresses outside, in one or more worlds with the same columns and port
 * atoms. Agrees with {@link decide} on every pair.
 */
export class Reachability {
  readonly pods: readonly PodInWorlds[]
  readonly columns: readonly Column[]
  readonly atoms: readonly PortAtom[]
  readonly #worlds: readonly Policies[]
  readonly #sides = new Map<string, Sides>()
  readonly #nodes = new Map<Column, ReadonlyMap<string, readonly number[]>>()

  /**
   * @param pods those that are not finished; each in every world
   * @param groups of each pod, what to tell apart although policies do not
   */
  constructor(pods: readonly PodInWorlds[], worlds: readonly Policies[], groups: readonly string[] = []) {
    const vocabulary = vocabularyOf(worlds)
    const builder = new ColumnBuilder(vocabulary, worlds)
    this.pods = pods
    this.columns = [...builder.pods(pods, groups), ...builder.outside(pods)]
    this.atoms = portAtoms(vocabulary, builder.named)
    this.#worlds = worlds
  }

  /** The verdict for a source and a destination that share no node, and are not one pod. */
  outcome(world: number, source: number, destination: number, atom: PortAtom): Outcome {
    const outcomes = new Set(
      this.#families(world, source, destination).map((family) => {
        const egress = this.#row(world, family, 'egress', source, atom)
        const ingress = this.#row(world, family, 'ingress', destination, atom)
        if (hasBit(egress.fails, destination) || hasBit(ingress.fails, source)) return 'fails'
        return hasBit(egress.passes, destination) && hasBit(ingress.passes, source) ? 'passes' : 'unknown'
      }),
    )
    const [only = 'unknown'] = outcomes
    return outcomes.size === 1 ? only : outcomes.has('unknown') ? 'unknown' : 'partly'
  }

  /** The verdict for one end and another, whatever they are to each other. */
  verdict(world: number, source: End, destination: End, atom: PortAtom): Outcome {
    const policies = this.#worlds[world]
    const [from, to] = [source.endpoint, destination.endpoint]
    if (policies === undefined) return 'unknown'
    if (isSamePod(from, to) || isOnOwnNode(from, to, policies) || isOnOwnNode(to, from, policies))
      return decide({ source: from, destination: to, protocol: atom.protocol, port: atom.from }, policies)
        .outcome
    return this.outcome(world, source.column, destination.column, atom)
  }

  /** The verdict for one group of pairs. */
  outcomeOf(world: number, group: PairGroup, source: number, destination: number, atom: PortAtom): Outcome {
    if (!group.isOwnNode) return this.outcome(world, source, destination, atom)
    const [from, to] = [group.source[world], group.destination[world]]
    const policies = this.#worlds[world]
    if (from === undefined || to === undefined || policies === undefined) return 'unknown'
    return decide({ source: from, destination: to, protocol: atom.protocol, port: atom.from }, policies)
      .outcome
  }

  /** All pairs of two columns but those of a pod with itself; those on one node apart. */
  pairs(source: number, destination: number): readonly PairGroup[] {
    const [from, to] = [this.columns[source], this.columns[destination]]
    if (from === undefined || to === undefined || !canTalk(from, to)) return []
    const all = size(from) * size(to) - (source === destination ? size(from) : 0)
    const own = this.#ownNodePairs(from, to)
    const group = { source: from.endpoints, destination: to.endpoints, isOwnNode: false }
    return [{ ...group, count: all - (own?.count ?? 0) }, ...(own === undefined ? [] : [own])].filter(
      ({ count }) => count > 0,
    )
  }

  /** Columns whose side says something different about some peer on some port, in two worlds. */
  differing(direction: Direction, column: number, atom: PortAtom): ReadonlySet<number> {
    const found = new Set<number>()
    for (const family of this.#usedFamilies()) {
      const before = this.#row(0, family, direction, column, atom)
      const after = this.#row(1, family, direction, column, atom)
      for (const part of ['passes', 'fails'] as const) {
        const difference = before[part].map((word, index) => word ^ (after[part][index] ?? 0))
        for (const other of numbersIn(difference)) found.add(other)
      }
    }
    return found
  }

  /** Whether other policies, or changed ones, select a column in the second world. */
  isTouched(direction: Direction, column: number): boolean {
    const [before, after] = this.#worlds.map((_, world) => this.selecting(world, direction, column))
    if (before === undefined || after === undefined) return false
    if (this.#pluginsDiffer(column)) return true
    if (before.length === 0 && after.length === 0) return false
    return (
      this.#peersDiffer() ||
      before.length !== after.length ||
      before.some((policy, index) => policy.object !== after[index]?.object)
    )
  }

  /** Policies that select a column, perhaps or surely, in one direction. */
  selecting(world: number, direction: Direction, column: number): readonly Policy[] {
    const policies = this.#worlds[world]
    const endpoint = this.columns[column]?.endpoints[world]
    if (policies === undefined || endpoint?.kind !== 'pod') return []
    const party = partyOf(endpoint, 4, policies)
    const all = [...policies.in(party.namespace?.name ?? '').policies, ...policies.cluster().all]
    return all.filter(
      (policy) => policy.rules[direction] !== undefined && matchSubject(policy, party, policies).is !== 'no',
    )
  }

  /** Ordered pairs of different ends of which at least one is a pod. */
  countPairs(): number {
    let count = this.pods.length * (this.pods.length - 1)
    for (const from of this.columns)
      for (const to of this.columns)
        if (from.kind === 'pods' && to.kind === 'outside' && canTalk(from, to)) count += 2 * size(from)
    return count
  }

  /** What the addresses outside are told apart by. */
  get outside(): readonly AddressAtom[] {
    return this.columns.flatMap(({ atom }) => atom ?? [])
  }

  /** Columns that hold an end on the node of some pod of this column: those pairs are judged by themselves. */
  ownNodeColumns(column: number): readonly number[] {
    const pods = this.columns[column]
    if (pods === undefined) return []
    return this.columns.flatMap((other, index) => (this.#onOwnNode(other, pods) === undefined ? [] : [index]))
  }

  #pluginsDiffer(column: number): boolean {
    const namespace = this.columns[column]?.namespace ?? ''
    const [before, after] = this.#worlds.map((policies) => policies.ofPlugins(namespace))
    return before !== after && [before, after].some((set) => set !== undefined && set.policies.length > 0)
  }

  #differ: boolean | undefined
  /** Whether pods, namespaces or nodes differ between the worlds, so that any peer may. */
  #peersDiffer(): boolean {
    this.#differ ??= this.#comparePeers()
    return this.#differ
  }

  #comparePeers(): boolean {
    const [before, after] = this.#worlds
    if (before === undefined || after === undefined) return false
    if (this.pods.some(([a, b]) => a !== b)) return true
    const namespaces = new Set(this.columns.map(({ namespace }) => namespace))
    for (const name of namespaces) {
      const [a, b] = [before.namespace(name), after.namespace(name)]
      if (a !== b && JSON.stringify([a.labels, a.isKnown]) !== JSON.stringify([b.labels, b.isKnown]))
        return true
    }
    const nodes = [before, after].map(({ inventory }) => inventory.list('Node').items)
    return (
      nodes[0]?.length !== nodes[1]?.length ||
      (nodes[0] ?? []).some((node, index) => node !== nodes[1]?.[index])
    )
  }

  #usedFamilies(): readonly Family[] {
    return families
  }

  #families(world: number, source: number, destination: number): readonly Family[] {
    const from = this.columns[source]?.endpoints[world]
    const to = this.columns[destination]?.endpoints[world]
    return from === undefined || to === undefined ? [] : familiesBetween(from, to)
  }

  #row(world: number, family: Family, direction: Direction, column: number, atom: PortAtom): SideRow {
    const key = `${world} ${family}`
    const policies = this.#worlds[world]
    if (policies === undefined) throw new RangeError(`there is no world ${world}`)
    const sides = this.#sides.get(key) ?? new Sides(this.columns, world, family, policies)
    this.#sides.set(key, sides)
    return sides.row(direction, column, atom)
  }

  #ownNodePairs(from: Column, to: Column): PairGroup | undefined {
    const incoming = this.#onOwnNode(from, to)
    if (incoming !== undefined)
      return { source: incoming.host, destination: incoming.pod, count: incoming.count, isOwnNode: true }
    const outgoing = this.#onOwnNode(to, from)
    if (outgoing === undefined) return undefined
    return { source: outgoing.pod, destination: outgoing.host, count: outgoing.count, isOwnNode: true }
  }

  /** Pairs of something that has a node's address, and a pod on that node. */
  #onOwnNode(hosts: Column, pods: Column): OwnNodePairs | undefined {
    const [host] = hosts.endpoints
    const [pod] = pods.endpoints
    if (host === undefined || pod?.kind !== 'pod' || isHostNetwork(pod.pod)) return undefined
    if (host.kind === 'pod' && !isHostNetwork(host.pod)) return undefined
    let count = 0
    let example: Omit<OwnNodePairs, 'count'> | undefined
    const found = host.kind === 'outside' ? this.#podsAt(hosts, pods) : this.#podsBeside(hosts, pods)
    for (const pair of found) {
      count += pair.count
      example ??= pair
    }
    return example === undefined ? undefined : { ...example, count }
  }

  *#podsAt(hosts: Column, pods: Column): Generator<OwnNodePairs> {
    const [host] = hosts.endpoints
    const [policies] = this.#worlds
    if (host === undefined || policies === undefined) return
    for (const member of pods.members) {
      const endpoints = this.#podEndpoints(member)
      const [pod] = endpoints
      if (pod !== undefined && isOnOwnNode(host, pod, policies))
        yield { host: hosts.endpoints, pod: endpoints, count: 1 }
    }
  }

  *#podsBeside(hosts: Column, pods: Column): Generator<OwnNodePairs> {
    const receivers = this.#membersByNode(pods)
    for (const [node, senders] of this.#membersByNode(hosts)) {
      const [sender, [receiver, ...others]] = [senders[0], receivers.get(node) ?? []]
      if (sender === undefined || receiver === undefined) continue
      const count = senders.length * (1 + others.length)
      yield { host: this.#podEndpoints(sender), pod: this.#podEndpoints(receiver), count }
    }
  }

  #podEndpoints(member: number): readonly Endpoint[] {
    return (this.pods[member] ?? []).map((pod) => ({ kind: 'pod', pod }))
  }

  #membersByNode(column: Column): ReadonlyMap<string, readonly number[]> {
    const known = this.#nodes.get(column)
    if (known !== undefined) return known
    const grouped = Map.groupBy(column.members, (member) => this.pods[member]?.[0]?.spec.nodeName ?? '')
    grouped.delete('')
    this.#nodes.set(column, grouped)
    return grouped
  }
}

function size({ kind, members }: Column): number {
  return kind === 'outside' ? 1 : members.length
}

/** Ends with addresses of different families only never meet. */
function canTalk(from: Column, to: Column): boolean {
  const [a, b] = [from.endpoints[0], to.endpoints[0]].map((endpoint) =>
    endpoint === undefined ? [] : Object.keys(addressesOf(endpoint).parsed),
  )
  if (a === undefined || b === undefined || a.length === 0 || b.length === 0) return true
  return a.some((family) => b.includes(family))
}

function isSamePod(a: Endpoint, b: Endpoint): boolean {
  return a.kind === 'pod' && b.kind === 'pod' && isSame(a.pod, b.pod)
}

/** Whether an end may have the address of the node that a pod runs on. */
function isOnOwnNode(host: Endpoint, pod: Endpoint, policies: Policies): boolean {
  if (pod.kind !== 'pod' || isHostNetwork(pod.pod)) return false
  const { nodeName } = pod.pod.spec
  if (nodeName === undefined) return false
  if (host.kind === 'pod') return isHostNetwork(host.pod) && host.pod.spec.nodeName === nodeName
  if (host.kind === 'node') return host.node.metadata.name === nodeName
  const { hostIP = '' } = pod.pod.status
  return (
    canonicalAddress(host.address) === canonicalAddress(hostIP) ||
    policies.nodesWith(host.address).nodes.some(({ metadata }) => metadata.name === nodeName)
  )
}
