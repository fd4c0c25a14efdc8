import { isHostNetwork, type Party } from '../endpoint.ts'
import type { Peer, Rule } from '../model.ts'
import type { Policies } from '../policies.ts'
import { type Bits, emptyBits, setBit } from './bits.ts'
import { blockKey } from './vocabulary.ts'

/** Sets of columns by what kind of end they are. */
export interface Masks {
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

export function masksOf(parties: readonly Party[], policies: Policies): Masks {
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
export function peerKey(peer: Peer, { policy }: Rule): string {
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

/** The columns of pods that declare a port name, on any container. */
export function columnsByPortName(parties: readonly Party[]): ReadonlyMap<string, readonly number[]> {
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
