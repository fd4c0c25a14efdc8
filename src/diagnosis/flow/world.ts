import type { Block } from '../../network/policy/block.ts'
import { addressesOf, type Endpoint } from '../../network/policy/endpoint.ts'
import type { Peer, Policy } from '../../network/policy/model.ts'
import type { Policies } from '../../network/policy/policies.ts'
import { AddressAtoms, addressText, type Interval } from '../../network/policy/reachability/address-atoms.ts'
import { podRangeOf } from '../../network/references/pod-ranges.ts'
import { type NamedEnd, named } from './ends.ts'

/**
 * Addresses outside of the cluster, one for each range that the policies around these pods tell apart: together they
 * stand for all.
 */
export function worldEnds(pods: readonly Endpoint[], policies: Policies): readonly NamedEnd[] {
  const namespaces = new Set(
    pods.flatMap((end) => (end.kind === 'pod' ? (end.pod.metadata.namespace ?? '') : [])),
  )
  const relevant = [
    ...[...namespaces].flatMap((namespace) => policies.in(namespace).policies),
    ...policies.cluster().all,
  ]
  const blocks = relevant.flatMap(blocksOf)
  const families = ([4, 6] as const).filter((family) =>
    pods.some((end) => addressesOf(end).parsed[family] !== undefined),
  )
  return (families.length === 0 ? ([4] as const) : families).flatMap((family) => {
    const { atoms } = new AddressAtoms(blocks, family)
    return atoms.flatMap(({ intervals }) => {
      const outside = intervals.find((interval) => isOutside(interval, family, policies))
      if (outside === undefined) return []
      const name = atoms.length === 1 ? 'any address outside' : intervalsText(intervals, family)
      return [named({ kind: 'outside', address: addressText(probe(outside), family) }, name)]
    })
  })
}

function blocksOf({ rules }: Policy): readonly Block[] {
  const peers = Object.values(rules).flatMap((list) =>
    list.flatMap((rule): readonly Peer[] => (rule.peers === 'all' ? [] : rule.peers)),
  )
  return peers.flatMap((peer) =>
    peer.is === 'block' ? [peer.block, ...peer.except.map(({ block }) => block)] : [],
  )
}

/** 8.0.0.1: the range below holds addresses that nobody may dial. */
const dialled = 0x0800_0001n

/** Not the network's own first address, which reads like a range, and no address that means "this host". */
const probe = ({ first, last }: Interval): bigint => {
  if (first === 0n && last >= dialled) return dialled
  return last > first ? first + 1n : first
}

/** Pods' addresses are judged by asking for the pod. */
function isOutside(interval: Interval, family: 4 | 6, { inventory }: Policies): boolean {
  const isPods = (value: bigint): boolean => podRangeOf(addressText(value, family), inventory) !== undefined
  return !isPods(interval.first) || !isPods(interval.last)
}

const mostIntervals = 3

function intervalsText(intervals: readonly Interval[], family: 4 | 6): string {
  const shown = intervals
    .slice(0, mostIntervals)
    .map(({ first, last }) =>
      first === last
        ? addressText(first, family)
        : `${addressText(first, family)}-${addressText(last, family)}`,
    )
  return `${shown.join(', ')}${intervals.length > mostIntervals ? ', ...' : ''}`
}
