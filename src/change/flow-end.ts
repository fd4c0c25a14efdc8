import type { Family } from '../network/policy/endpoint.ts'
import type { AddressAtom, Interval } from '../network/policy/reachability/address-atoms.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'

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
