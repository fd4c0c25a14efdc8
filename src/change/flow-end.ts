import type { Family } from '../network/policy/endpoint.ts'
import type { AddressAtom, Interval } from '../network/policy/reachability/address-atoms.ts'
import { keyOf, type ObjectReference } from '../snapshot/snapshot.ts'

/** An end of flows, as people name it: a workload, or addresses outside the cluster. */
export type FlowEnd =
  | { readonly kind: 'workload'; readonly reference: ObjectReference }
  | {
      readonly kind: 'outside'
      readonly family: Family
      readonly intervals: readonly Interval[]
      /** No other address outside is judged: it is all of them. */
      readonly isEverything: boolean
    }

/** Addresses outside that share everything that is told of them. */
export function outsideEnd(atoms: readonly AddressAtom[], all: readonly AddressAtom[]): FlowEnd {
  const family = atoms[0]?.family ?? 4
  const others = all.filter((atom) => atom.family === family)
  return {
    kind: 'outside',
    family,
    intervals: atoms.flatMap(({ intervals }) => intervals),
    isEverything: atoms.length === others.length,
  }
}

/** Equal for equal ends: the key of a workload, or the addresses. */
export function endKey(end: FlowEnd): string {
  if (end.kind === 'workload') return keyOf(end.reference)
  return `outside ${end.family} ${end.intervals.map(({ first, last }) => `${first}-${last}`).join()}`
}
