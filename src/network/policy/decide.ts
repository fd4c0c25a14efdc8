import type { Gap } from '../../snapshot/snapshot.ts'
import { distinctGaps } from '../inventory/read.ts'
import { noteCaveats, ownNode, searchPluginPolicies, untranslated } from './beside.ts'
import type { CaveatId, Doubt } from './doubt.ts'
import {
  type Addresses,
  addressesOf,
  type Endpoint,
  familiesOf,
  isFinished,
  isSamePod,
  type Party,
  partyIn,
} from './endpoint.ts'
import { searchAsKubeRouter } from './kube-router-search.ts'
import type { Direction, Policy, Protocol, Rule, Tier } from './model.ts'
import type { Generation, Policies } from './policies.ts'
import {
  allow,
  deny,
  Evidence,
  nothing,
  pass,
  type Side,
  searchNetworkPolicies,
  searchTier,
} from './tiers.ts'

/** A question: may packets go from one end to a port of the other? The port is the destination pod's own. */
export interface Flow {
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly protocol: Protocol | 'ICMP'
  /** Of no meaning for ICMP. */
  readonly port: number
  /** The destination was chosen behind a Service's address: it matters to a pod that reaches itself. */
  readonly throughService?: boolean | undefined
}

export type FlowOutcome = 'passes' | 'fails' | 'unknown'

/** What the policies of one end say. */
export interface Decision {
  readonly direction: Direction
  readonly outcome: FlowOutcome
  /** The tier that decided; `none`: no policy did; `exempt`: policies do not apply to this traffic. */
  readonly tier: Tier | 'none' | 'exempt'
  /** Rules that acted. Empty for an implicit deny: then `isolatedBy` did. */
  readonly decidedBy: readonly Rule[]
  /** NetworkPolicies that select this end in this direction. */
  readonly isolatedBy: readonly Policy[]
  /** Rules that passed the flow on to the next tier. */
  readonly passedBy: readonly Rule[]
  /** Why the outcome is unknown; empty otherwise. */
  readonly doubts: readonly Doubt[]
  readonly caveats: readonly CaveatId[]
  /** What was not read, and would change the outcome only if it were unusual. */
  readonly assumes: readonly Gap[]
}

/** Both ends in one address family. */
export interface FamilyVerdict {
  readonly source: Party
  readonly destination: Party
  readonly outcome: FlowOutcome
  readonly egress: Decision
  readonly ingress: Decision
}

export interface FlowVerdict {
  readonly flow: Flow
  /** `partly`: one address family passes, another does not. */
  readonly outcome: FlowOutcome | 'partly'
  /** One for each address family that both ends have; at least one, unless an end cannot have traffic. */
  readonly families: readonly FamilyVerdict[]
  readonly doubts: readonly Doubt[]
  readonly caveats: readonly CaveatId[]
  /**
   * What was not read. The verdict assumes that there are no such policies (cluster-wide ones, and those of network
   * plugins), that an outside address is not one of the pod's own node, and no Service's.
   */
  readonly assumes: readonly Gap[]
}

/** Judges one flow: egress at the source, ingress at the destination, each in every common address family. */
export function decide(flow: Flow, policies: Policies): FlowVerdict {
  const unread = unreadPolicies(policies.cluster().gaps, pluginGaps(flow, policies))
  const doubt = noTraffic(flow)
  if (doubt !== undefined)
    return { flow, outcome: 'unknown', families: [], doubts: [doubt], caveats: [], assumes: unread }
  const source = addressesOf(flow.source)
  const destination = addressesOf(flow.destination)
  const families = familiesOf(source, destination).map((family) => {
    const from = party(flow.source, source, family, policies)
    const to = party(flow.destination, destination, family, policies)
    return decideFamily(flow, from, to, policies)
  })
  const decisions = families.flatMap(({ egress, ingress }) => [egress, ingress])
  const outcomes = new Set(families.map(({ outcome }) => outcome))
  const [only = 'unknown'] = outcomes
  const outcome = outcomes.size === 1 ? only : outcomes.has('unknown') ? 'unknown' : 'partly'
  return {
    flow,
    outcome,
    families,
    doubts: outcome === 'unknown' ? decisions.flatMap(({ doubts }) => doubts) : [],
    caveats: [...new Set(decisions.flatMap(({ caveats }) => caveats))],
    assumes: decisions.every(({ assumes }) => assumes.length === 0)
      ? unread
      : distinctGaps([unread, ...decisions.map(({ assumes }) => assumes)]),
  }
}

const unreadOfCluster = new WeakMap<readonly Gap[], readonly Gap[]>()

/** Each gap once. Nearly always it is the cluster's only, and always the same. */
function unreadPolicies(cluster: readonly Gap[], plugin: readonly Gap[]): readonly Gap[] {
  if (plugin.length > 0) return distinctGaps([cluster, plugin])
  const known = unreadOfCluster.get(cluster) ?? distinctGaps([cluster])
  unreadOfCluster.set(cluster, known)
  return known
}

function pluginGaps({ source, destination }: Flow, policies: Policies): readonly Gap[] {
  return [source, destination].flatMap((end) =>
    end.kind === 'pod' ? policies.ofPlugins(end.pod.metadata.namespace ?? '').gaps : [],
  )
}

function noTraffic({ source, destination }: Flow): Doubt | undefined {
  for (const end of [source, destination]) {
    if (end.kind === 'pod' && isFinished(end.pod)) return { id: 'finished-pod' }
    if (end.kind === 'outside' && Object.keys(addressesOf(end).parsed).length === 0)
      return { id: 'input-invalid' }
  }
  return undefined
}

function party(endpoint: Endpoint, addresses: Addresses, family: 4 | 6, policies: Policies): Party {
  const namespace =
    endpoint.kind === 'pod' ? policies.namespace(endpoint.pod.metadata.namespace ?? '') : undefined
  return partyIn(family, endpoint, addresses, namespace)
}

function decideFamily(flow: Flow, source: Party, destination: Party, policies: Policies): FamilyVerdict {
  const target = { protocol: flow.protocol, port: flow.port, destination }
  const hairpin = isSamePod(source.pod, destination.pod)
    ? flow.throughService
      ? 'service'
      : 'direct'
    : undefined
  const egress = decideSide(
    { direction: 'egress', subject: source, peer: destination, target, policies },
    hairpin,
  )
  const ingress = decideSide(
    { direction: 'ingress', subject: destination, peer: source, target, policies },
    hairpin,
  )
  const outcomes = [egress.outcome, ingress.outcome]
  const outcome = outcomes.includes('fails') ? 'fails' : outcomes.includes('unknown') ? 'unknown' : 'passes'
  return { source, destination, outcome, egress, ingress }
}

/** What the policies on one end say about the other. Only pods are subjects of policies. */
function decideSide(side: Side, hairpin: 'service' | 'direct' | undefined): Decision {
  const { subject, direction, policies } = side
  const evidence = new Evidence()
  if (subject.pod === undefined || subject.namespace === undefined)
    return conclude(direction, nothing, evidence, 'none')
  // T38: a pod that talks to its own address is not subject to policy.
  if (hairpin === 'direct') return conclude(direction, nothing, evidence, 'exempt')
  const { generations } = policies.cluster()
  const [first = { admin: [], baseline: [] }, second] = generations
  const possible = searchAll(first, side, hairpin, evidence)
  const other = second === undefined ? possible : searchAll(second, side, hairpin, evidence)
  if (second !== undefined && evidence.acting.some(({ rule }) => rule.policy.tier !== 'network-policy')) {
    evidence.caveats.add('two-generations')
    if (possible !== other) evidence.doubts.push({ id: 'two-generations' })
  }
  const beside = searchPluginPolicies(side, evidence) | untranslated(side, evidence)
  noteCaveats(side, evidence)
  return conclude(direction, possible | other | beside, evidence, undefined)
}

/** All tiers in order: admin, NetworkPolicy, baseline, and what nobody decided is allowed. */
function searchAll(
  generation: Generation,
  side: Side,
  hairpin: 'service' | undefined,
  evidence: Evidence,
): number {
  const admin = searchTier(generation.admin, side, evidence)
  let possible = admin & (allow | deny)
  if ((admin & (pass | nothing)) === 0) return possible
  const middle = middleTier(side, hairpin, evidence)
  possible |= middle & (allow | deny)
  if ((middle & nothing) === 0) return possible
  const baseline = searchTier(generation.baseline, side, evidence)
  possible |= baseline & (allow | deny)
  return (baseline & (pass | nothing)) === 0 ? possible : possible | allow
}

function middleTier(side: Side, hairpin: 'service' | undefined, evidence: Evidence): number {
  const { subject, policies, direction } = side
  const own = ownNode(side, evidence)
  if (own === 'yes' && direction === 'ingress') {
    evidence.caveats.add('own-node')
    return allow
  }
  const set = policies.in(subject.namespace?.name ?? '')
  const said = searchNetworkPolicies(set, side, evidence)
  const possible = said | searchAsKubeRouter(set, side, said, evidence)
  if (own !== 'no') {
    if ((possible & deny) === 0) return possible
    evidence.caveats.add('own-node')
    evidence.doubts.push({ id: direction === 'egress' ? 'own-node-egress' : 'host-network' })
    return possible | allow
  }
  if (hairpin === undefined || (possible & deny) === 0 || policies.profile.hairpinThroughService === 'policy')
    return possible
  if (policies.profile.hairpinThroughService === 'allowed') return allow
  evidence.doubts.push({ id: 'self-through-service' })
  return possible | allow
}

function conclude(
  direction: Direction,
  possible: number,
  evidence: Evidence,
  fixed: 'none' | 'exempt' | undefined,
): Decision {
  const bits = possible === nothing ? allow : possible & (allow | deny)
  const outcome: FlowOutcome = bits === allow ? 'passes' : bits === deny ? 'fails' : 'unknown'
  const acting = evidence.acting.filter(({ does }) => (does & bits) !== 0)
  const sure = acting.filter(({ isSure }) => isSure)
  const acted = (sure.length > 0 ? sure : acting).map(({ rule }) => rule)
  const isImplicit = acted.length === 0 && outcome !== 'passes' && evidence.isolatedBy.length > 0
  const caveats = [...evidence.caveats]
  const isExempt = outcome === 'passes' && caveats.includes('own-node')
  const doubts =
    outcome === 'unknown' && caveats.includes('equal-priority')
      ? [...evidence.doubts, { id: 'equal-priority' as const }]
      : evidence.doubts
  return {
    direction,
    outcome,
    tier: fixed ?? acted[0]?.policy.tier ?? (isImplicit ? 'network-policy' : isExempt ? 'exempt' : 'none'),
    decidedBy: [...new Set(acted)],
    isolatedBy: [...new Set(evidence.isolatedBy)],
    passedBy: [...new Set(evidence.acting.filter(({ does }) => does === pass).map(({ rule }) => rule))],
    doubts: outcome === 'unknown' ? doubts : [],
    assumes: [...evidence.assumes, ...(outcome === 'fails' ? evidence.unknownNodes : [])],
    caveats: caveats.filter((id) => id !== 'ipblock-on-pod' || acted.length > 0 || outcome !== 'passes'),
  }
}
