import type { Gap, ObjectReference } from '../../snapshot/snapshot.ts'

/** Why a question of policy has no answer. Stable ids. */
export type DoubtId =
  /** A label that was not read decides. */
  | 'namespace-not-read'
  /** The namespace is only mentioned: its labels are not in the files. */
  | 'namespace-labels-not-known'
  | 'policies-not-read'
  | 'nodes-not-read'
  /** T35: the API leaves host-network pods to the plugin. */
  | 'host-network'
  /** T25: the port's name is on an init container or a sidecar only. */
  | 'init-container-port'
  /** T29: NetworkPolicy says nothing about other protocols. */
  | 'protocol-not-covered'
  /** The API reference exempts what comes from the pod's own node, the concept page also what goes there. */
  | 'own-node-egress'
  /** T40: the address of a Service is translated before policies see the packet: ask about its endpoints. */
  | 'service-address'
  /** The plugin may be configured to compare blocks with the addresses of nodes. */
  | 'ipblock-on-node'
  | 'sctp-not-supported'
  /** T38. */
  | 'self-through-service'
  /** T44. */
  | 'equal-priority'
  /** Policies of v1alpha1 and v1alpha2 decide differently. */
  | 'two-generations'
  /** T49, T50: a field that this program does not know. */
  | 'unknown-field'
  | 'input-invalid'
  | 'domain-names'
  /** A policy of the network plugin selects the pod. */
  | 'cni-policy'
  /** A pod that would be made has no address yet that a block could be compared with. */
  | 'address-not-known'
  /** T36. */
  | 'finished-pod'
  | KubeRouterDoubtId

/** kube-router carries rules of this shape out so that the verdict is turned round: see kube-router.ts. */
export type KubeRouterDoubtId =
  /** A policy for both directions selects both ends: a rule of the other direction lets the packet through. */
  | 'kube-router-both-directions'
  /** No pod has a port of any of the names that a rule lists: it opens every port. */
  | 'kube-router-port-name-of-nobody'
  /** A named port beside an `ipBlock` in egress is not opened. */
  | 'kube-router-port-name-beside-block'
  /** A named port in egress without `to`: the numbers of the own namespace's pods, to everywhere. */
  | 'kube-router-port-name-without-to'
  /** What one block excepts is taken out of the other blocks of the rule. */
  | 'kube-router-except'

export interface Doubt {
  readonly id: DoubtId
  /** The object and field that the answer hangs on. */
  readonly policy?: ObjectReference | undefined
  readonly field?: string | undefined
  readonly gaps?: readonly Gap[] | undefined
}

/** What to tell with a verdict that stands. Stable ids. */
export type CaveatId =
  | 'input-invalid'
  | 'ipblock-on-pod'
  | 'source-may-be-rewritten'
  | 'equal-priority'
  | 'two-generations'
  | 'own-node'
  /** The plugin decides what the API leaves open about host-network pods. */
  | 'host-network'
  | 'not-enforced'
  | 'end-port-ignored'
  /** The plugin decides what the API leaves open about ports of init containers and sidecars. */
  | 'init-container-port'
  | 'no-ip-yet'

/** Whether something matches. `maybe` has at least one doubt. */
export interface Match {
  readonly is: 'yes' | 'no' | 'maybe'
  readonly doubts: readonly Doubt[]
  readonly caveats: readonly CaveatId[]
}

export const yes: Match = { is: 'yes', doubts: [], caveats: [] }
export const no: Match = { is: 'no', doubts: [], caveats: [] }

export function maybe(...doubts: readonly Doubt[]): Match {
  return { is: 'maybe', doubts, caveats: [] }
}

/** Both must match. */
export function both(a: Match, b: Match): Match {
  if (a === yes || b === no) return b
  if (b === yes || a === no) return a
  const caveats = [...a.caveats, ...b.caveats]
  if (a.is === 'no' || b.is === 'no') return { is: 'no', doubts: [], caveats }
  const doubts = [...a.doubts, ...b.doubts]
  return { is: a.is === 'yes' && b.is === 'yes' ? 'yes' : 'maybe', doubts, caveats }
}

/** One of them must match; a certain match ends the search. */
export function either(matches: Iterable<Match>): Match {
  const doubts: Doubt[] = []
  const caveats: CaveatId[] = []
  for (const match of matches) {
    if (match.is === 'yes') return match
    doubts.push(...match.doubts)
    caveats.push(...match.caveats)
  }
  if (doubts.length === 0 && caveats.length === 0) return no
  return { is: doubts.length === 0 ? 'no' : 'maybe', doubts, caveats }
}
