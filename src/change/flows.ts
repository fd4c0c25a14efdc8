import type { Network } from '../network/network.ts'
import { isFinished } from '../network/policy/endpoint.ts'
import { Policies } from '../network/policy/policies.ts'
import type { CniProfile } from '../network/policy/profile.ts'
import type { Column, PodInWorlds } from '../network/policy/reachability/columns.ts'
import { Reachability } from '../network/policy/reachability/reachability.ts'
import { touchedPairs } from '../network/policy/reachability/touched.ts'
import type { Pod } from '../snapshot/kinds/pod.ts'
import { keyOf, type ObjectReference, referenceTo } from '../snapshot/snapshot.ts'
import type { FlowEnd } from './flow-end.ts'
import { type FlowChange, FlowTable, type NamespaceCounts, type PairCounts } from './flow-table.ts'

export interface ChangedFlows {
  /** Denied before allowed before unknown, then by source and destination. Empty: no verdict differs. */
  readonly changes: readonly FlowChange[]
  readonly pairs: PairCounts
  readonly namespaces: readonly NamespaceCounts[]
  readonly reachability: Reachability
  /** The workload of a column of pods. */
  readonly endOf: (column: Column) => FlowEnd
}

interface OwnedPod {
  readonly pod: Pod
  readonly owner: ObjectReference
}

/**
 * Which flows have another verdict in the second world: every pair of pods, and of a pod and addresses outside, on
 * every port of every protocol, told by workload. Pods that only one world has are left out, but those of a workload
 * that restarts stand for those that it had. Traffic of a pod to itself never changes.
 *
 * @param profile what the network plugin does; without it, what the networks know of it
 */
export function changedFlows(before: Network, after: Network, profile?: CniProfile): ChangedFlows {
  const pods = podsInBoth(before, after)
  const owners = new Map(pods.map(({ owner }) => [keyOf(owner), owner]))
  const reachability = new Reachability(
    pods.map(({ inWorlds }) => inWorlds),
    [before, after].map(({ inventory, policy }) =>
      profile === undefined ? policy : new Policies(inventory, profile),
    ),
    pods.map(({ owner }) => keyOf(owner)),
  )
  const endOf = (column: Column): FlowEnd => workloadEnd(column, owners)
  const table = new FlowTable(reachability, endOf)
  for (const [source, destination] of touchedPairs(reachability)) table.compare(source, destination)
  return {
    changes: table.changes(),
    pairs: table.pairs(),
    namespaces: table.namespaces(),
    reachability,
    endOf,
  }
}

function workloadEnd({ group, endpoints }: Column, owners: ReadonlyMap<string, ObjectReference>): FlowEnd {
  const reference = owners.get(group)
  if (reference !== undefined) return { kind: 'workload', reference }
  throw new RangeError(`no workload ${group} of ${endpoints.length} endpoints`)
}

interface ComparedPod {
  readonly inWorlds: PodInWorlds
  readonly owner: ObjectReference
}

/** Pods of both worlds by name; of a workload whose pods have other names, one stands for another. */
function podsInBoth(before: Network, after: Network): readonly ComparedPod[] {
  const old = podsOf(before)
  const changed = podsOf(after)
  const both: ComparedPod[] = []
  const gone: OwnedPod[] = []
  for (const [key, { pod, owner }] of old) {
    const now = changed.get(key)
    if (now === undefined) gone.push({ pod, owner })
    else both.push({ inWorlds: [pod, now.pod], owner })
  }
  const fresh = [...changed].flatMap(([key, found]) => (old.has(key) ? [] : [found]))
  const byOwner = Map.groupBy(fresh, ({ owner }) => keyOf(owner))
  for (const { pod, owner } of gone) {
    const successor = byOwner.get(keyOf(owner))?.shift()
    if (successor !== undefined) both.push({ inWorlds: [pod, successor.pod], owner })
  }
  return both
}

/** The pods of a world that can have traffic, by namespace and name. */
function podsOf({ workloads }: Network): ReadonlyMap<string, OwnedPod> {
  const found = new Map<string, OwnedPod>()
  for (const namespace of workloads.namespaces())
    for (const pod of workloads.podsIn(namespace).items)
      if (!isFinished(pod))
        found.set(`${namespace}/${pod.metadata.name}`, {
          pod,
          owner: workloads.ofPod(pod)?.reference ?? referenceTo(pod),
        })
  return found
}
