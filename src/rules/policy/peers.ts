import type { Peer, Policy, Rule } from '../../network/policy/model.ts'
import { scopeKey, selectorKey } from './selector-words.ts'

export type PodsPeer = Extract<Peer, { readonly is: 'pods' }>
export type BlockPeer = Extract<Peer, { readonly is: 'block' }>

/** A peer with the rule that lists it. */
export interface ListedPeer<P extends Peer = Peer> {
  readonly rule: Rule
  readonly peer: P
}

/** The rules of a policy, in both directions, that count. */
export function rulesOf({ rules }: Policy): readonly Rule[] {
  return [...(rules.ingress ?? []), ...(rules.egress ?? [])]
}

export function podsPeers(policy: Policy): readonly ListedPeer<PodsPeer>[] {
  return rulesOf(policy).flatMap((rule) =>
    rule.peers === 'all' ? [] : rule.peers.flatMap((peer) => (peer.is === 'pods' ? [{ rule, peer }] : [])),
  )
}

export function blockPeers(policy: Policy): readonly ListedPeer<BlockPeer>[] {
  return rulesOf(policy).flatMap((rule) =>
    rule.peers === 'all' ? [] : rule.peers.flatMap((peer) => (peer.is === 'block' ? [{ rule, peer }] : [])),
  )
}

/** What a peer says, without where it stands: the same peer in two rules is one slip. */
export function peerKey({ namespaces, pods }: PodsPeer): string {
  return `${scopeKey(namespaces)}, pods ${selectorKey(pods)}`
}

/** Peers that say the same, together, in the order of their first mention. */
export function samePeers<P extends Peer>(
  peers: readonly ListedPeer<P>[],
  key: (peer: P) => string,
): readonly (readonly [ListedPeer<P>, ...(readonly ListedPeer<P>[])])[] {
  return [...Map.groupBy(peers, ({ rule, peer }) => `${rule.direction} ${key(peer)}`).values()].flatMap(
    ([first, ...rest]) => (first === undefined ? [] : [[first, ...rest] as const]),
  )
}

/** What a rule lists, as one short text for evidence. */
export function ruleValue({ peers, ports }: Rule): string {
  const count = (items: readonly unknown[], noun: string): string =>
    `${items.length} ${noun}${items.length === 1 ? '' : 's'}`
  return `${peers === 'all' ? 'every peer' : count(peers, 'peer')}, ${ports === 'all' ? 'every port' : count(ports, 'port')}`
}
