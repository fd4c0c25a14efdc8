import type { Party } from '../endpoint.ts'
import { isHostNetwork } from '../endpoint.ts'
import { matchNamespace, matchPeer, matchPort } from '../match.ts'
import type { NamespaceScope, Peer, Policy, PortEntry, Rule } from '../model.ts'
import type { Policies } from '../policies.ts'
import type { Requirement, Selector } from '../selector.ts'
import {
  addBits,
  type Bits,
  clearBit,
  dropBits,
  emptyBits,
  fillRange,
  fullBits,
  keepBits,
  setBit,
} from './bits.ts'
import { common, doubtful, everything, nothing, sure, type Tri, union } from './tri.ts'
import { blockKey, type PortAtom } from './vocabulary.ts'

/** An address atom of each column in one family's view; `blocks` are the keys of the blocks that hold it. */
export interface Placed {
  readonly id: string
  readonly blocks: ReadonlySet<string>
}

type PodsPeer = Extract<Peer, { is: 'pods' }>
type BlockPeer = Extract<Peer, { is: 'block' }>

/** Which columns the peers and ports of rules match, each distinct list once. */
export class PeerSets {
  readonly #parties: readonly Party[]
  readonly #placed: readonly (Placed | undefined)[]
  readonly #policies: Policies
  readonly #size: number
  readonly #all: Tri
  readonly #none: Tri
  readonly #masks: Masks
  readonly #peers = new Map<string, Tri>()
  readonly #selectors = new Map<string, Bits>()
  readonly #scopes = new Map<string, Tri>()
  readonly #values = new Map<string, ReadonlyMap<string, readonly number[]>>()
  readonly #names = new Map<string, Tri>()
  #ranges: ReadonlyMap<string, readonly (readonly [number, number])[]> | undefined
  #byAtom: ReadonlyMap<string, { readonly blocks: ReadonlySet<string>; readonly bits: Bits }> | undefined
  #byPortName: ReadonlyMap<string, readonly number[]> | undefined

  constructor(parties: readonly Party[], placed: readonly (Placed | undefined)[], policies: Policies) {
    this.#parties = parties
    this.#placed = placed
    this.#policies = policies
    this.#size = parties.length
    this.#all = everything(this.#size)
    this.#none = nothing(this.#size)
    this.#masks = masksOf(parties, policies)
  }

  isAll(set: Tri): boolean {
    return set === this.#all
  }

  isNone(set: Tri): boolean {
    return set === this.#none
  }

  get everything(): Tri {
    return this.#all
  }

  /** The columns that some peers of a rule match. */
  ofPeers(peers: readonly Peer[], rule: Rule): Tri {
    return peers.length === 0 ? this.#none : this.#list(peers, rule)
  }

  /** The pods that a NetworkPolicy selects. */
  ofSubject({ subject }: Policy): Tri {
    const { namespaces, pods, doubt } = subject
    const selected = pods.faults.length > 0 ? this.#masks.pods : this.#selected(pods)
    const found = this.#plainPods(common(this.#scope(namespaces), sure(selected)))
    return doubt === undefined ? found : doubtful(found, this.#size)
  }

  /** The columns without a container port of any of the names that a rule lists. */
  withoutNames({ ports }: Rule): Tri {
    const names = ports === 'all' ? [] : ports.filter((entry) => entry.is === 'name')
    const others = fullBits(this.#size)
    for (const { name, protocol = 'TCP' } of names)
      for (const column of this.#declaring(name)) {
        const containers = this.#parties[column]?.pod?.spec.containers ?? []
        const isDeclared = containers.some(({ ports: own }) =>
          own.some((port) => port.name === name && (port.protocol ?? 'TCP') === protocol),
        )
        if (isDeclared) clearBit(others, column)
      }
    return sure(others)
  }

  /** The columns that the peers of a rule match. */
  ofRule(rule: Rule): Tri {
    const { peers, doubt } = rule
    const found = peers === 'all' ? this.#all : this.#list(peers, rule)
    return doubt === undefined ? found : doubtful(found, this.#size)
  }

  /**
   * The columns on which a port of an egress rule's list is the asked one; of an ingress rule, all or none of them: the
   * port is the subject's.
   */
  ofPorts(rule: Rule, atom: PortAtom, subject: Party | undefined): Tri {
    const { ports } = rule
    if (ports === 'all') return this.#all
    const found: Tri[] = []
    for (const entry of ports) {
      const matched =
        entry.is === 'name' && subject === undefined
          ? this.#named(entry, rule, atom)
          : this.#plainPort(entry, rule, atom, subject)
      if (matched === this.#all) return matched
      if (matched !== this.#none) found.push(matched)
    }
    return found.length === 0 ? this.#none : union(found, this.#size)
  }

  #plainPort(entry: PortEntry, rule: Rule, atom: PortAtom, subject: Party | undefined): Tri {
    const destination = subject ?? this.#parties[0]
    if (destination === undefined) return this.#none
    const target = { protocol: atom.protocol, port: atom.from, destination }
    const match = matchPort(entry, rule.policy, target, this.#policies)
    return match.is === 'yes' ? this.#all : match.is === 'no' ? this.#none : doubtful(this.#all, this.#size)
  }

  #list(peers: readonly Peer[], rule: Rule): Tri {
    const [only] = peers
    if (only !== undefined && peers.length === 1) return this.#peer(only, rule)
    const key = peers.map((peer) => peerKey(peer, rule)).join('|')
    return this.#remember(this.#peers, key, () =>
      union(
        peers.map((peer) => this.#peer(peer, rule)),
        this.#size,
      ),
    )
  }

  #peer(peer: Peer, rule: Rule): Tri {
    return this.#remember(this.#peers, peerKey(peer, rule), () => this.#compute(peer, rule))
  }

  #compute(peer: Peer, rule: Rule): Tri {
    switch (peer.is) {
      case 'pods':
        return this.#podsPeer(peer, rule)
      case 'block':
        return this.#blockPeer(peer, rule)
      case 'nodes':
        return this.#oneByOne(peer, rule)
      case 'domain-names':
      case 'doubt':
        return doubtful(this.#all, this.#size)
      case 'nothing':
        return this.#none
    }
  }

  #podsPeer({ namespaces, pods }: PodsPeer, rule: Rule): Tri {
    const selected = common(this.#scope(namespaces), sure(this.#selected(pods)))
    return this.#plainPods(selected, rule.policy.tier === 'network-policy')
  }

  /** Without pods on the host network, as far as the plugin is known not to match them. */
  #plainPods(selected: Tri, isNetworkPolicy = true): Tri {
    const { host } = this.#masks
    if (host === undefined) return selected
    const { policyOnHostNetworkPods } = this.#policies.profile
    if (isNetworkPolicy && policyOnHostNetworkPods === 'yes') return selected
    const yes = selected.yes.slice()
    dropBits(yes, host)
    if (isNetworkPolicy && policyOnHostNetworkPods === 'undefined') return { yes, can: selected.can }
    const can = selected.can.slice()
    dropBits(can, host)
    return selected.yes === selected.can ? sure(yes) : { yes, can }
  }

  /** Pods of the namespaces in scope, by the ranges of their columns. */
  #scope(scope: NamespaceScope): Tri {
    const key = 'name' in scope ? `= ${scope.name}` : scope.selector.canonical
    return this.#remember(this.#scopes, key, () => {
      const yes = emptyBits(this.#size)
      const maybe: (readonly (readonly [number, number])[])[] = []
      for (const [name, ranges] of this.#namespaces()) {
        const match = matchNamespace(scope, this.#policies.namespace(name))
        if (match.is === 'maybe') maybe.push(ranges)
        if (match.is === 'yes') for (const [from, to] of ranges) fillRange(yes, from, to)
      }
      if (maybe.length === 0) return sure(yes)
      const can = yes.slice()
      for (const ranges of maybe) for (const [from, to] of ranges) fillRange(can, from, to)
      return { yes, can }
    })
  }

  #namespaces(): ReadonlyMap<string, readonly (readonly [number, number])[]> {
    if (this.#ranges !== undefined) return this.#ranges
    const found = new Map<string, [number, number][]>()
    for (const [index, { namespace }] of this.#parties.entries()) {
      if (namespace === undefined) continue
      const ranges = found.get(namespace.name) ?? []
      found.set(namespace.name, ranges)
      const last = ranges.at(-1)
      if (last?.[1] === index) last[1] = index + 1
      else ranges.push([index, index + 1])
    }
    this.#ranges = found
    return found
  }

  #selected(selector: Selector): Bits {
    return this.#remember(this.#selectors, selector.canonical, () => {
      const found = this.#masks.pods.slice()
      for (const requirement of selector.requirements) keepBits(found, this.#meeting(requirement))
      return found
    })
  }

  #meeting({ key, operator, values }: Requirement): Bits {
    const known = this.#valuesOf(key)
    const isPositive = operator === 'In' || operator === 'Exists'
    const found = emptyBits(this.#size)
    for (const value of operator === 'In' || operator === 'NotIn' ? values : known.keys())
      for (const column of known.get(value) ?? []) setBit(found, column)
    if (isPositive) return found
    const others = fullBits(this.#size)
    dropBits(others, found)
    return others
  }

  #valuesOf(key: string): ReadonlyMap<string, readonly number[]> {
    return this.#remember(this.#values, key, () => {
      const found = new Map<string, number[]>()
      for (const [index, { pod }] of this.#parties.entries()) {
        const value = pod?.metadata.labels[key]
        if (value === undefined) continue
        const columns = found.get(value)
        if (columns === undefined) found.set(value, [index])
        else columns.push(index)
      }
      return found
    })
  }

  #blockPeer({ block, except }: BlockPeer, rule: Rule): Tri {
    const wanted = blockKey(block)
    const holes = except.map((hole) => blockKey(hole.block))
    const inside = emptyBits(this.#size)
    for (const { blocks, bits } of this.#atoms().values())
      if (blocks.has(wanted) && !holes.some((hole) => blocks.has(hole))) addBits(inside, bits)
    const isNetworkPolicy = rule.policy.tier === 'network-policy'
    const { plain, unplaced, nodes } = this.#masks
    if (isNetworkPolicy && !this.#policies.profile.cidrMatchesPods) dropBits(inside, plain)
    if (unplaced === undefined && (!isNetworkPolicy || nodes === undefined)) return sure(inside)
    const can = inside.slice()
    if (unplaced !== undefined) addBits(can, unplaced)
    if (isNetworkPolicy && nodes !== undefined) dropBits(inside, nodes)
    return { yes: inside, can }
  }

  #atoms(): ReadonlyMap<string, { readonly blocks: ReadonlySet<string>; readonly bits: Bits }> {
    if (this.#byAtom !== undefined) return this.#byAtom
    const found = new Map<string, { readonly blocks: ReadonlySet<string>; readonly bits: Bits }>()
    for (const [index, place] of this.#placed.entries()) {
      if (place === undefined) continue
      const atom = found.get(place.id) ?? { blocks: place.blocks, bits: emptyBits(this.#size) }
      found.set(place.id, atom)
      setBit(atom.bits, index)
    }
    this.#byAtom = found
    return found
  }

  /** Nodes are peers in few clusters, and match only what is no plain pod. */
  #oneByOne(peer: Peer, rule: Rule): Tri {
    const yes = emptyBits(this.#size)
    const can = emptyBits(this.#size)
    for (const [index, party] of this.#parties.entries()) {
      if (party.pod !== undefined && !isHostNetwork(party.pod)) continue
      const match = matchPeer(peer, party, rule, this.#policies)
      if (match.is !== 'no') setBit(can, index)
      if (match.is === 'yes') setBit(yes, index)
    }
    return { yes, can }
  }

  #named(entry: Extract<PortEntry, { is: 'name' }>, rule: Rule, atom: PortAtom): Tri {
    const isNetworkPolicy = rule.policy.tier === 'network-policy'
    const key = `${entry.name} ${entry.protocol ?? ''} ${isNetworkPolicy} ${atom.protocol} ${atom.from}`
    return this.#remember(this.#names, key, () => {
      const yes = emptyBits(this.#size)
      const can = emptyBits(this.#size)
      let doubts = 0
      for (const column of this.#declaring(entry.name)) {
        const destination = this.#parties[column]
        if (destination === undefined) continue
        const target = { protocol: atom.protocol, port: atom.from, destination }
        const match = matchPort(entry, rule.policy, target, this.#policies)
        if (match.is !== 'no') setBit(can, column)
        if (match.is === 'yes') setBit(yes, column)
        if (match.is === 'maybe') doubts++
      }
      return doubts === 0 ? sure(yes) : { yes, can }
    })
  }

  #declaring(name: string): readonly number[] {
    this.#byPortName ??= columnsByPortName(this.#parties)
    return this.#byPortName.get(name) ?? []
  }

  #remember<T>(known: Map<string, T>, key: string, compute: () => T): T {
    const found = known.get(key)
    if (found !== undefined) return found
    const value = compute()
    known.set(key, value)
    return value
  }
}

interface Masks {
  readonly pods: Bits
  /** Pods with an address of their own. */
  readonly plain: Bits
  /** Host-network pods; absent when there are none. */
  readonly host?: Bits | undefined
  /** Pods that nobody has made yet, with which no block can be compared. */
  readonly unplaced?: Bits | undefined
  /** Ends with an address of a node, where the plugin may not compare these with blocks. */
  readonly nodes?: Bits | undefined
}

function masksOf(parties: readonly Party[], policies: Policies): Masks {
  const [pods, plain, host, unplaced, nodes] = [0, 0, 0, 0, 0].map(() => emptyBits(parties.length))
  if (pods === undefined || plain === undefined) throw new RangeError('no masks')
  const seen = { host: false, unplaced: false, nodes: false }
  const mark = (mask: Bits | undefined, index: number, name: keyof typeof seen): void => {
    if (mask !== undefined) setBit(mask, index)
    seen[name] = true
  }
  for (const [index, { pod, address, addressText = '' }] of parties.entries()) {
    const isHost = isHostNetwork(pod)
    if (pod !== undefined) setBit(pods, index)
    if (pod !== undefined && !isHost) setBit(plain, index)
    if (isHost) mark(host, index, 'host')
    if (pod !== undefined && address === undefined && pod.status.phase === undefined)
      mark(unplaced, index, 'unplaced')
    if (policies.profile.cidrMatchesNodes || (pod !== undefined && !isHost)) continue
    if (pod !== undefined || policies.nodesWith(addressText).nodes.length > 0) mark(nodes, index, 'nodes')
  }
  return {
    pods,
    plain,
    host: seen.host ? host : undefined,
    unplaced: seen.unplaced ? unplaced : undefined,
    nodes: seen.nodes ? nodes : undefined,
  }
}

/** Equal for peers that match the same, whatever rule they stand in. */
function peerKey(peer: Peer, { policy }: Rule): string {
  const tier = policy.tier === 'network-policy' ? 'n' : 'a'
  switch (peer.is) {
    case 'pods': {
      const scope =
        'name' in peer.namespaces ? `=${peer.namespaces.name}` : peer.namespaces.selector.canonical
      return `${tier}p${JSON.stringify(scope)}${peer.pods.canonical}`
    }
    case 'block':
      return `${tier}b${blockKey(peer.block)}-${peer.except.map(({ block }) => blockKey(block)).join(',')}`
    case 'nodes':
      return `${tier}o${peer.nodes.canonical}`
    case 'domain-names':
    case 'doubt':
      return '?'
    case 'nothing':
      return '0'
  }
}

function columnsByPortName(parties: readonly Party[]): ReadonlyMap<string, readonly number[]> {
  const found = new Map<string, number[]>()
  const note = (name: string, index: number): void => {
    const columns = found.get(name)
    if (columns === undefined) found.set(name, [index])
    // The same name on several containers counts once.
    else if (columns.at(-1) !== index) columns.push(index)
  }
  for (const [index, { pod }] of parties.entries())
    for (const containers of pod === undefined ? [] : [pod.spec.containers, pod.spec.initContainers])
      for (const { ports } of containers)
        for (const { name } of ports) if (name !== undefined) note(name, index)
  return found
}
