import { memoTable } from '../../network/inventory/memo.ts'
import type { Network } from '../../network/network.ts'
import type { Policy } from '../../network/policy/model.ts'
import type { Selector } from '../../network/policy/selector.ts'
import { type ListedPeer, type PodsPeer, podsPeers } from './peers.ts'

/** A peer that takes namespaces by their labels. */
export interface NamespacePeer extends ListedPeer<PodsPeer> {
  readonly selector: Selector
  /** The field of the selector in its policy. */
  readonly field: string
}

/** Peers of a policy with a `namespaceSelector` that asks for something. */
export function namespacePeers(policy: Policy): readonly NamespacePeer[] {
  return podsPeers(policy).flatMap(({ rule, peer }) => {
    if ('name' in peer.namespaces || peer.namespaces.selector.requirements.length === 0) return []
    const field = `${peer.path}.${peer.fields.namespaces ?? 'namespaceSelector'}`
    return [{ rule, peer, selector: peer.namespaces.selector, field }]
  })
}

const table = memoTable<ReadonlyMap<string, readonly NamespacePeer[]>>('rules.policy.namespacePeers')

/**
 * All peers with this `namespaceSelector`, over all policies of the namespace, by name: one label is one cause, however
 * many policies rest on it.
 */
export function peersWith(namespace: string, canonical: string, network: Network): readonly NamespacePeer[] {
  const groups = network.inventory.memo.get(table, namespace, () => {
    const policies = [...network.policy.in(namespace).policies]
    const peers = policies
      .sort((a, b) => (a.reference.name < b.reference.name ? -1 : 1))
      .flatMap(namespacePeers)
    return Map.groupBy(peers, ({ selector }) => selector.canonical)
  })
  return groups.get(canonical) ?? []
}

/** The policies of peers, each once. */
export function policiesOf(peers: readonly NamespacePeer[]): readonly [Policy, ...Policy[]] | undefined {
  const [first, ...rest] = [...new Set(peers.map(({ rule }) => rule.policy))]
  return first === undefined ? undefined : [first, ...rest]
}
