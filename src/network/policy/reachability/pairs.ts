import { canonicalAddress } from '../../inventory/address.ts'
import { addressesOf, type Endpoint, isHostNetwork } from '../endpoint.ts'
import type { Policies } from '../policies.ts'
import type { Column, PodInWorlds } from './columns.ts'

/** Pairs of a source and a destination that are judged alike. */
export interface PairGroup {
  readonly count: number
  /** One such pair, in each world. */
  readonly source: readonly Endpoint[]
  readonly destination: readonly Endpoint[]
  /** One end has the address of the other's own node (T34): never judged by columns. */
  readonly isOwnNode: boolean
}

interface OwnNodePairs {
  readonly host: readonly Endpoint[]
  readonly pod: readonly Endpoint[]
  readonly count: number
}

/** Counts the pairs of ends that columns stand for, and finds those that are judged by themselves. */
export class Pairs {
  readonly #pods: readonly PodInWorlds[]
  readonly #columns: readonly Column[]
  readonly #policies: Policies | undefined
  readonly #byNode = new Map<Column, ReadonlyMap<string, readonly number[]>>()
  #hosts: readonly number[] | undefined

  /** @param policies of the first world, which says what runs on which node */
  constructor(pods: readonly PodInWorlds[], columns: readonly Column[], policies: Policies | undefined) {
    this.#pods = pods
    this.#columns = columns
    this.#policies = policies
  }

  /** All pairs of two columns but those of a pod with itself; those on one node apart. */
  of(source: number, destination: number): readonly PairGroup[] {
    const [from, to] = [this.#columns[source], this.#columns[destination]]
    if (from === undefined || to === undefined || !canTalk(from, to)) return []
    const all = sizeOf(from) * sizeOf(to) - (source === destination ? sizeOf(from) : 0)
    const own = this.#ownNodePairs(from, to)
    // Two different pods also where both are of one column: a pod that talks to itself is judged otherwise.
    const [, second] = to.members
    const other = source === destination && second !== undefined ? this.#endpoints(second) : to.endpoints
    const group = { source: from.endpoints, destination: other, isOwnNode: false }
    return [{ ...group, count: all - (own?.count ?? 0) }, ...(own === undefined ? [] : [own])].filter(
      ({ count }) => count > 0,
    )
  }

  /** Ordered pairs of different ends of which at least one is a pod. */
  count(): number {
    const outside = this.#columns.filter(({ kind }) => kind === 'outside')
    let count = this.#pods.length * (this.#pods.length - 1)
    for (const column of this.#columns)
      if (column.kind === 'pods')
        count += 2 * sizeOf(column) * outside.filter((other) => canTalk(column, other)).length
    return count
  }

  /** Columns that hold an end on the node of some pod of this column. */
  besides(column: number): readonly number[] {
    const own = this.#columns[column]
    if (own === undefined) return []
    return this.#hostColumns().filter((index) => {
      const other = this.#columns[index]
      return other !== undefined && this.#onOwnNode(other, own) !== undefined
    })
  }

  /** Columns of ends that have a node's address. */
  #hostColumns(): readonly number[] {
    this.#hosts ??= this.#columns.flatMap((column, index) => (hasNodeAddress(column) ? [index] : []))
    return this.#hosts
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
    let example: OwnNodePairs | undefined
    for (const pair of host.kind === 'outside' ? this.#podsAt(hosts, pods) : this.#podsBeside(hosts, pods)) {
      count += pair.count
      example ??= pair
    }
    return example === undefined ? undefined : { ...example, count }
  }

  *#podsAt(hosts: Column, pods: Column): Generator<OwnNodePairs> {
    const [host] = hosts.endpoints
    if (host === undefined || this.#policies === undefined) return
    for (const member of pods.members) {
      const endpoints = this.#endpoints(member)
      const [pod] = endpoints
      if (pod !== undefined && isOnOwnNode(host, pod, this.#policies))
        yield { host: hosts.endpoints, pod: endpoints, count: 1 }
    }
  }

  *#podsBeside(hosts: Column, pods: Column): Generator<OwnNodePairs> {
    const receivers = this.#membersByNode(pods)
    for (const [node, senders] of this.#membersByNode(hosts)) {
      const others = receivers.get(node) ?? []
      const [sender, receiver] = [senders[0], others[0]]
      if (sender === undefined || receiver === undefined) continue
      const count = senders.length * others.length
      yield { host: this.#endpoints(sender), pod: this.#endpoints(receiver), count }
    }
  }

  #endpoints(member: number): readonly Endpoint[] {
    return (this.#pods[member] ?? []).map((pod) => ({ kind: 'pod', pod }))
  }

  #membersByNode(column: Column): ReadonlyMap<string, readonly number[]> {
    const known = this.#byNode.get(column)
    if (known !== undefined) return known
    const grouped = Map.groupBy(column.members, (member) => this.#pods[member]?.[0]?.spec.nodeName ?? '')
    grouped.delete('')
    this.#byNode.set(column, grouped)
    return grouped
  }
}

/** Pods of a column; addresses outside that nothing tells apart count as one end. */
export function sizeOf({ kind, members }: Column): number {
  return kind === 'outside' ? 1 : members.length
}

/** Whether the ends of a column are no plain pods, so that they may have a node's address. */
export function hasNodeAddress({ endpoints: [endpoint] }: Column): boolean {
  return endpoint?.kind === 'outside' || (endpoint?.kind === 'pod' && isHostNetwork(endpoint.pod))
}

/** Whether an end may have the address of the node that a pod runs on. */
export function isOnOwnNode(host: Endpoint, pod: Endpoint, policies: Policies): boolean {
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

/** A pod never meets addresses outside of a family that it has not. Pods are judged as the plain evaluator does. */
function canTalk(from: Column, to: Column): boolean {
  if (from.kind === 'pods' && to.kind === 'pods') return true
  const [a, b] = [from.endpoints[0], to.endpoints[0]].map((endpoint) =>
    endpoint === undefined ? [] : Object.keys(addressesOf(endpoint).parsed),
  )
  if (a === undefined || b === undefined || a.length === 0 || b.length === 0) return true
  return a.some((family) => b.includes(family))
}
