import { dnsServices } from '../network/dns/resolver.ts'
import type { Edit } from '../network/edit.ts'
import type { Network } from '../network/network.ts'
import { decide, type FlowVerdict } from '../network/policy/decide.ts'
import type { Direction, Protocol } from '../network/policy/model.ts'
import type { Policies } from '../network/policy/policies.ts'
import type { CniProfile } from '../network/policy/profile.ts'
import type { Reachability } from '../network/policy/reachability/reachability.ts'
import { keyOf, type ObjectReference } from '../snapshot/snapshot.ts'
import { changedWorld } from './changed-world.ts'
import { endKey, type FlowEnd } from './flow-end.ts'
import type { Effect, FlowChange, NamespaceCounts, PairCounts, PortRange } from './flow-table.ts'
import { type ChangedFlows, changedFlows } from './flows.ts'

/** Changes for the same reason, at ends that meet the same others on the same ports. */
export interface ChangeGroup {
  readonly effect: Effect
  /** The ends whose policies changed the verdict. */
  readonly anchors: readonly FlowEnd[]
  /** `egress`: the anchors are the sources. */
  readonly direction: Direction
  readonly peers: readonly FlowEnd[]
  readonly ports: readonly PortRange[]
  readonly pairs: number
  /** One of the flows, in both worlds. */
  readonly before: FlowVerdict
  readonly after: FlowVerdict
}

/** A workload that NetworkPolicies isolate in the second world, and did not in the first. */
export interface FirstIsolation {
  readonly end: FlowEnd
  readonly direction: Direction
  /** Ends that it loses in this direction. */
  readonly loses: number
}

/** What an edit would do to flows. */
export interface WhatIf {
  readonly groups: readonly ChangeGroup[]
  readonly changes: readonly FlowChange[]
  readonly pairs: PairCounts
  readonly namespaces: readonly NamespaceCounts[]
  readonly isolated: readonly FirstIsolation[]
  /** Workloads that lose the DNS pods, on either protocol. */
  readonly dnsLost: readonly ObjectReference[]
  /** Workloads that addresses outside reach now, and would not. */
  readonly outsideLost: readonly ObjectReference[]
}

/**
 * Compares flows before and after edits, on a copy.
 *
 * @param profile what the network plugin does; without it, a guess from the DaemonSets
 * @returns `undefined` when an edited object is not there, or would not be an object any more
 */
export function whatIf(
  edits: readonly Edit[],
  network: Network,
  profile: CniProfile | undefined,
): WhatIf | undefined {
  const world = changedWorld(edits, network)
  if (world === undefined) return undefined
  const flows = changedFlows(world.before, world.after, profile)
  const { changes, pairs, namespaces, reachability } = flows
  return {
    groups: grouped(changes, reachability),
    changes,
    pairs,
    namespaces,
    isolated: firstIsolations(flows),
    dnsLost: losersOfDns(changes, world.before),
    outsideLost: losersOfOutside(changes),
  }
}

function grouped(changes: readonly FlowChange[], reachability: Reachability): readonly ChangeGroup[] {
  const judged = changes.map((change) => {
    const before = verdictOf(change, 0, reachability.policies(0))
    const after = verdictOf(change, 1, reachability.policies(1))
    return { change, before, after, direction: changedSide(before, after) }
  })
  const groups = Map.groupBy(judged, ({ change, before, after, direction }) => {
    const anchor = direction === 'egress' ? change.source : change.destination
    return JSON.stringify([
      change.effect,
      direction,
      endKey(anchor),
      change.ports,
      reasonOf(before),
      reasonOf(after),
    ])
  })
  const atOneEnd = [...groups.values()].flatMap((members): readonly ChangeGroup[] => {
    const [first] = members
    if (first === undefined) return []
    const { change, before, after, direction } = first
    const isEgress = direction === 'egress'
    return [
      {
        effect: change.effect,
        anchors: [isEgress ? change.source : change.destination],
        direction,
        peers: members.map((member) => (isEgress ? member.change.destination : member.change.source)),
        ports: change.ports,
        pairs: members.reduce((sum, member) => sum + member.change.pairs, 0),
        before,
        after,
      },
    ]
  })
  return folded(atOneEnd)
}

/** Ends that meet the same others in the same way become one group: a policy for a whole namespace is told once. */
function folded(groups: readonly ChangeGroup[]): readonly ChangeGroup[] {
  const same = Map.groupBy(groups, ({ effect, direction, peers, ports, before, after }) =>
    JSON.stringify([effect, direction, peers.map(endKey), ports, reasonOf(before), reasonOf(after)]),
  )
  return [...same.values()].flatMap((members) => {
    const [first] = members
    if (first === undefined) return []
    const anchors = members.flatMap((member) => member.anchors)
    return [{ ...first, anchors, pairs: members.reduce((sum, { pairs }) => sum + pairs, 0) }]
  })
}

function verdictOf({ example }: FlowChange, world: 0 | 1, policies: Policies): FlowVerdict {
  const { source, destination, protocol, port } = example
  const [from, to] = [source[world], destination[world]]
  if (from === undefined || to === undefined) throw new RangeError(`no world ${world}`)
  return decide({ source: from, destination: to, protocol, port }, policies)
}

/** The side that says something else; egress where both do. */
function changedSide(before: FlowVerdict, after: FlowVerdict): Direction {
  const says = ({ families }: FlowVerdict, direction: Direction): string =>
    families.map((family) => family[direction].outcome).join()
  return says(before, 'egress') === says(after, 'egress') ? 'ingress' : 'egress'
}

function reasonOf({ families }: FlowVerdict): unknown {
  return families.flatMap(({ egress, ingress }) =>
    [egress, ingress].map(({ outcome, decidedBy, isolatedBy }) => [
      outcome,
      decidedBy.map(({ policy, path }) => `${keyOf(policy.reference)} ${path}`),
      isolatedBy.map(({ reference }) => keyOf(reference)),
    ]),
  )
}

function firstIsolations({ reachability, changes, endOf }: ChangedFlows): readonly FirstIsolation[] {
  const found = new Map<string, FirstIsolation>()
  const denied = changes.filter(({ effect }) => effect === 'denied')
  for (const direction of ['ingress', 'egress'] as const) {
    const lost = Map.groupBy(denied, ({ source, destination }) =>
      endKey(direction === 'egress' ? source : destination),
    )
    for (const [column, own] of reachability.columns.entries()) {
      if (own.kind === 'outside' || found.has(`${direction} ${own.group}`)) continue
      const before = reachability.signature(0, direction, column)?.networkPolicies ?? []
      const after = reachability.signature(1, direction, column)?.networkPolicies ?? []
      if (before.length > 0 || after.length === 0) continue
      const peers = (lost.get(own.group) ?? []).map(({ source, destination }) =>
        endKey(direction === 'egress' ? destination : source),
      )
      found.set(`${direction} ${own.group}`, { end: endOf(own), direction, loses: new Set(peers).size })
    }
  }
  return [...found.values()]
}

function losersOfDns(changes: readonly FlowChange[], network: Network): readonly ObjectReference[] {
  const servers = new Map<string, { readonly protocol: Protocol; readonly port: number }[]>()
  for (const service of dnsServices(network.inventory).items)
    for (const { pod, targetPort, port } of network.services.endpoints(service).items) {
      const owner = pod === undefined ? undefined : network.workloads.ofPod(pod)
      if (owner === undefined || targetPort === undefined || port?.protocol === 'SCTP') continue
      const asked = servers.get(owner.key) ?? []
      asked.push({ protocol: port?.protocol === 'UDP' ? 'UDP' : 'TCP', port: targetPort })
      servers.set(owner.key, asked)
    }
  const isDns = ({ destination, ports }: FlowChange): boolean => {
    const asked = servers.get(endKey(destination)) ?? []
    return ports.some(({ protocol, from, to }) =>
      asked.some((server) => server.protocol === protocol && server.port >= from && server.port <= to),
    )
  }
  return workloads(
    changes.filter((change) => change.effect === 'denied' && isDns(change)).map(({ source }) => source),
  )
}

function losersOfOutside(changes: readonly FlowChange[]): readonly ObjectReference[] {
  return workloads(
    changes
      .filter(({ effect, source }) => effect === 'denied' && source.kind === 'outside')
      .map(({ destination }) => destination),
  )
}

function workloads(ends: readonly FlowEnd[]): readonly ObjectReference[] {
  const found = new Map(
    ends.flatMap((end) => (end.kind === 'workload' ? [[endKey(end), end.reference]] : [])),
  )
  return [...found.values()]
}
