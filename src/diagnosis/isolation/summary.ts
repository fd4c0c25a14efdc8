import { clientPods } from '../../network/flows/client-pods.ts'
import type { Network } from '../../network/network.ts'
import { portsText, selectorText } from '../../network/policy/clause.ts'
import { isHostNetwork, type Party } from '../../network/policy/endpoint.ts'
import { matchSubject } from '../../network/policy/match.ts'
import type { Action, Direction, Policy, PortEntry, Rule, Tier } from '../../network/policy/model.ts'
import type { Policies } from '../../network/policy/policies.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { type Gap, keyOf, type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import { type NameResolution, nameResolution } from './names.ts'
import { isAlive, PeerBook, type PeerSummary } from './peers.ts'

/** One rule that takes part in a direction of a workload. */
export interface RuleSummary {
  readonly policy: ObjectReference
  readonly tier: Tier
  readonly path: string
  readonly name?: string | undefined
  readonly action: Action
  /** `80/TCP`, `http`; absent: every port of every protocol. */
  readonly ports?: readonly string[] | undefined
  readonly peers: readonly PeerSummary[]
  /** The rule or a part of it could not be read. */
  readonly isDoubtful: boolean
}

/** A NetworkPolicy that isolates a workload in one direction. */
export interface IsolatingPolicy {
  readonly policy: ObjectReference
  /** The labels that it selects; absent: every pod of its namespace. */
  readonly selects?: string | undefined
  /** How many rules it has in this direction. */
  readonly rules: number
}

/** What the policies of a workload say in one direction. */
export interface DirectionSummary {
  readonly direction: Direction
  /** `unknown`: that hangs on what was not read or is not defined. */
  readonly isolated: boolean | 'unknown'
  readonly isolatedBy: readonly IsolatingPolicy[]
  /** Admin tier first, then NetworkPolicies, then baseline: in the order of evaluation. */
  readonly rules: readonly RuleSummary[]
  /** Workloads that some rule of a NetworkPolicy names. */
  readonly named: readonly ObjectReference[]
  /** Everybody, or addresses, nodes or whoever cannot be listed. */
  readonly isOpen: boolean
}

export interface WorkloadSummary {
  readonly workload: Workload
  readonly onHostNetwork: boolean
  /** Revisions of its pods are selected by different policies. */
  readonly isMixed: boolean
  readonly ingress: DirectionSummary
  readonly egress: DirectionSummary
  readonly names: NameResolution
  /** Policies that select it, in the order of evaluation. */
  readonly policies: readonly ObjectReference[]
  /** Policies of the network plugin that may select it: what they do is not judged. */
  readonly pluginPolicies: readonly ObjectReference[]
  /** Services in front of it, and what routes lead to these. */
  readonly services: readonly ObjectReference[]
  readonly routes: readonly ObjectReference[]
}

export interface NamespaceSummary {
  readonly namespace: string
  readonly policies: readonly Policy[]
  readonly workloads: readonly WorkloadSummary[]
  /** Finished Jobs and pods: they have no traffic. */
  readonly finished: number
  readonly gaps: readonly Gap[]
}

/** What the policies of some namespaces allow, workload by workload. */
export function summaries(
  namespaces: readonly string[],
  policies: Policies,
  network: Network,
): readonly NamespaceSummary[] {
  const book = new PeerBook(network, policies)
  return namespaces.map((namespace) => {
    const set = policies.in(namespace)
    const read = network.workloads.in(namespace)
    const alive = read.items.filter(isAlive)
    return {
      namespace,
      policies: set.policies,
      workloads: alive.flatMap((workload) => workloadSummary(workload, book, policies, network) ?? []),
      finished: read.items.length - alive.length,
      gaps: [...set.gaps, ...read.gaps],
    }
  })
}

function workloadSummary(
  workload: Workload,
  book: PeerBook,
  policies: Policies,
  network: Network,
): WorkloadSummary | undefined {
  const sorts = clientPods({ kind: 'workload', workload }, false)
  const [first] = sorts
  if (first === undefined) return undefined
  const party = partyOf(first.pod, policies)
  const selecting = selectingPolicies(party, policies)
  const key = (pod: Pod): string =>
    selectingPolicies(partyOf(pod, policies), policies)
      .map(({ policy }) => keyOf(policy.reference))
      .join()
  const services = network.services.selecting(workload).items
  return {
    workload,
    onHostNetwork: isHostNetwork(first.pod),
    isMixed: sorts.some(({ pod }) => key(pod) !== key(first.pod)),
    ingress: directionSummary('ingress', selecting, party, book, policies),
    egress: directionSummary('egress', selecting, party, book, policies),
    names: nameResolution(workload, network),
    policies: selecting.map(({ policy }) => policy.reference),
    pluginPolicies: pluginPoliciesOf(party, policies),
    services: services.map(referenceTo),
    routes: distinct(services.flatMap((service) => network.traffic.to(service).items.flatMap(routeOf))),
  }
}

const routeOf = ({ client }: Connection): readonly ObjectReference[] =>
  client.kind === 'route' ? [client.backend.by] : []

const distinct = (references: readonly ObjectReference[]): readonly ObjectReference[] => [
  ...new Map(references.map((reference) => [keyOf(reference), reference])).values(),
]

function pluginPoliciesOf({ pod, namespace }: Party, policies: Policies): readonly ObjectReference[] {
  if (pod === undefined || namespace === undefined) return []
  const selecting = policies
    .ofPlugins(namespace.name)
    .policies.filter((policy) => policy.maySelect(pod, namespace))
  return distinct(selecting.map((policy) => policy.reference))
}

function partyOf(pod: Pod, policies: Policies): Party {
  return {
    endpoint: { kind: 'pod', pod },
    pod,
    namespace: policies.namespace(pod.metadata.namespace ?? ''),
  }
}

interface Selecting {
  readonly policy: Policy
  readonly isSure: boolean
}

function selectingPolicies(party: Party, policies: Policies): readonly Selecting[] {
  const { generations } = policies.cluster()
  const admin = generations.flatMap((generation) => generation.admin.flat())
  const baseline = generations.flatMap((generation) => generation.baseline.flat())
  const own = policies.in(party.namespace?.name ?? '').policies
  return [...admin, ...own, ...baseline].flatMap((policy) => {
    const { is } = matchSubject(policy, party, policies)
    return is === 'no' ? [] : [{ policy, isSure: is === 'yes' }]
  })
}

function directionSummary(
  direction: Direction,
  selecting: readonly Selecting[],
  party: Party,
  book: PeerBook,
  policies: Policies,
): DirectionSummary {
  const isolating = selecting.filter(
    ({ policy }) => policy.tier === 'network-policy' && policy.rules[direction] !== undefined,
  )
  const hasGaps = policies.in(party.namespace?.name ?? '').gaps.length > 0
  const isSure = isolating.some((item) => item.isSure)
  const rules = selecting.flatMap(({ policy }) =>
    (policy.rules[direction] ?? []).map((rule) => ruleSummary(rule, book)),
  )
  const admitting = rules.filter(({ tier, action }) => tier === 'network-policy' || action === 'allow')
  const peers = admitting.flatMap((rule) => rule.peers)
  const named = new Map(
    peers.flatMap((peer) =>
      peer.is === 'pods' ? peer.workloads.map((item) => [keyOf(item), item] as const) : [],
    ),
  )
  return {
    direction,
    isolated: isSure ? true : isolating.length > 0 || hasGaps ? 'unknown' : false,
    isolatedBy: isolating.map(({ policy }) => ({
      policy: policy.reference,
      selects: selectorText(policy.subject.pods),
      rules: policy.rules[direction]?.length ?? 0,
    })),
    rules,
    named: [...named.values()],
    isOpen: peers.some((peer) => peer.is !== 'invalid' && (peer.is !== 'pods' || peer.isWhole !== true)),
  }
}

function ruleSummary(rule: Rule, book: PeerBook): RuleSummary {
  return {
    policy: rule.policy.reference,
    tier: rule.policy.tier,
    path: rule.path,
    name: rule.name,
    action: rule.action,
    ports: rule.ports === 'all' ? undefined : rule.ports.map(portWords),
    peers: book.of(rule),
    isDoubtful: rule.doubt !== undefined,
  }
}

function portWords(entry: PortEntry): string {
  switch (entry.is) {
    case 'numbers': {
      const ports = portsText(entry)
      return ports === 'any port' ? `any ${entry.protocol} port` : `${ports}/${entry.protocol}`
    }
    case 'name':
      return `port ${entry.name}${entry.protocol === undefined ? '' : `/${entry.protocol}`}`
    case 'nothing':
      return 'no port (invalid)'
    case 'doubt':
      return 'a port that cannot be read'
  }
}
