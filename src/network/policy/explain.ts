import type { Gap, ObjectReference } from '../../snapshot/snapshot.ts'
import { type Clause, partyText, peerClauses, portClauses, selectorClauses } from './clause.ts'
import type { Decision, FamilyVerdict, FlowOutcome, FlowVerdict } from './decide.ts'
import type { CaveatId, Doubt } from './doubt.ts'
import type { Party } from './endpoint.ts'
import { matchRule, matchSubject, type Target } from './match.ts'
import type { Action, Direction, Policy, Rule, Tier } from './model.ts'
import type { Policies } from './policies.ts'

/** A rule that acted: where it stands, down to the item of its peer list that matched. */
export interface RuleReference {
  readonly policy: ObjectReference
  readonly tier: Tier
  /** `spec.ingress[0]`. */
  readonly path: string
  /** `ingress[0]`: the direction and its place in the list. */
  readonly rule: string
  readonly name?: string | undefined
  readonly action: Action
  /** `spec.ingress[0].from[1]`; absent where the rule names no peers. */
  readonly peer?: string | undefined
}

/** A rule that was compared with the flow: the nearest item of its peers and of its ports, condition by condition. */
export interface ConsideredRule extends RuleReference {
  /** Whether the policy selects the subject, and whether the whole rule matches. */
  readonly selects: 'yes' | 'no' | 'maybe'
  readonly matches: 'yes' | 'no' | 'maybe'
  /** Subject first, then peer, then port. */
  readonly clauses: readonly Clause[]
}

/** A NetworkPolicy that isolates the subject, and how many rules it has in this direction. */
export interface Isolation {
  readonly policy: ObjectReference
  readonly rules: number
}

/** Why one direction is decided as it is. */
export interface Explanation {
  readonly direction: Direction
  readonly outcome: FlowOutcome
  readonly tier: Decision['tier']
  readonly subject: Party
  readonly peer: Party
  readonly target: Target
  readonly decidedBy: readonly RuleReference[]
  readonly isolatedBy: readonly Isolation[]
  /** Rules of the admin tier that passed the flow on. */
  readonly passedBy: readonly RuleReference[]
  /** Every rule of this direction in the order of evaluation; those of policies for other pods come last. */
  readonly considered: readonly ConsideredRule[]
  readonly doubts: readonly Doubt[]
  readonly caveats: readonly CaveatId[]
}

/** Why a flow is judged as it is, in one address family. */
export interface FamilyExplanation {
  readonly outcome: FlowOutcome
  readonly source: Party
  readonly destination: Party
  readonly egress: Explanation
  readonly ingress: Explanation
}

/** A verdict with its reasons: one entry for each address family that was judged. */
export interface FlowExplanation {
  readonly verdict: FlowVerdict
  readonly families: readonly FamilyExplanation[]
  readonly assumes: readonly Gap[]
}

/** The reasons of a verdict, both directions, whatever the outcome. */
export function explainFlow(verdict: FlowVerdict, policies: Policies): FlowExplanation {
  return {
    verdict,
    families: verdict.families.map((family) => ({
      outcome: family.outcome,
      source: family.source,
      destination: family.destination,
      egress: explainDecision(verdict, family, 'egress', policies),
      ingress: explainDecision(verdict, family, 'ingress', policies),
    })),
    assumes: verdict.assumes,
  }
}

/** The reasons of one direction in one address family. */
export function explainDecision(
  { flow }: FlowVerdict,
  family: FamilyVerdict,
  direction: Direction,
  policies: Policies,
): Explanation {
  const decision = family[direction]
  const subject = direction === 'egress' ? family.source : family.destination
  const peer = direction === 'egress' ? family.destination : family.source
  const target: Target = { protocol: flow.protocol, port: flow.port, destination: family.destination }
  const considered = rulesFor(direction, subject, policies).map((rule) =>
    consider(rule, subject, peer, target, policies),
  )
  const isolating = policiesOf(subject, policies).filter(
    (policy) => policy.rules[direction] !== undefined && matchSubject(policy, subject, policies).is !== 'no',
  )
  const refer = (rule: Rule): RuleReference =>
    considered.find(({ policy, path }) => policy === rule.policy.reference && path === rule.path) ??
    ruleReference(rule)
  return {
    direction,
    outcome: decision.outcome,
    tier: decision.tier,
    subject,
    peer,
    target,
    decidedBy: decision.decidedBy.map(refer).map(referenceOnly),
    isolatedBy: isolating.map((policy) => ({
      policy: policy.reference,
      rules: policy.rules[direction]?.length ?? 0,
    })),
    passedBy: decision.passedBy.map(refer).map(referenceOnly),
    considered: [
      ...considered.filter(({ selects }) => selects !== 'no'),
      ...considered.filter(({ selects }) => selects === 'no'),
    ],
    doubts: decision.doubts,
    caveats: decision.caveats,
  }
}

function policiesOf({ pod, namespace }: Party, policies: Policies): readonly Policy[] {
  return pod === undefined || namespace === undefined ? [] : policies.in(namespace.name).policies
}

/** Admin tier, NetworkPolicies, baseline. Cluster-wide policies for other subjects are left out. */
function rulesFor(direction: Direction, subject: Party, policies: Policies): readonly Rule[] {
  if (subject.pod === undefined) return []
  const { generations } = policies.cluster()
  const tier = (name: 'admin' | 'baseline'): readonly Policy[] =>
    generations
      .flatMap((generation) => generation[name].flat())
      .filter((policy) => matchSubject(policy, subject, policies).is !== 'no')
  return [...tier('admin'), ...policiesOf(subject, policies), ...tier('baseline')].flatMap(
    (policy) => policy.rules[direction] ?? [],
  )
}

function ruleReference(rule: Rule, peer?: string): RuleReference {
  return {
    policy: rule.policy.reference,
    tier: rule.policy.tier,
    path: rule.path,
    rule: rule.path.replace(/^spec\./, ''),
    name: rule.name,
    action: rule.action,
    peer,
  }
}

function referenceOnly({ policy, tier, path, rule, name, action, peer }: RuleReference): RuleReference {
  return { policy, tier, path, rule, name, action, peer }
}

function consider(
  rule: Rule,
  subject: Party,
  peer: Party,
  target: Target,
  policies: Policies,
): ConsideredRule {
  const selected = matchSubject(rule.policy, subject, policies).is
  const whom = nearestPeer(rule, peer, policies)
  const clauses = [
    ...subjectClauses(rule.policy, subject),
    ...whom.clauses,
    ...nearestPort(rule, target, policies),
    ...(rule.doubt === undefined
      ? []
      : [
          {
            is: 'input' as const,
            field: rule.path,
            wanted: 'a valid rule',
            actual: 'fields that are not known here',
          },
        ]),
  ]
  return {
    ...ruleReference(rule, whom.path),
    selects: selected,
    matches: matchRule(rule, peer, target, policies).is,
    clauses,
  }
}

/** Of a NetworkPolicy, each requirement of its podSelector; cluster-wide ones are only considered where they select. */
function subjectClauses({ tier, subject }: Policy, { pod }: Party): readonly Clause[] {
  if (tier !== 'network-policy' || pod === undefined || subject.pods.requirements.length === 0) return []
  return selectorClauses('subject', 'spec.podSelector', subject.pods, pod.metadata.labels, 'any pod')
}

const failing = (clauses: readonly Clause[]): number => clauses.filter(({ ok }) => ok !== true).length

function fewest<T extends { readonly clauses: readonly Clause[] }>(items: readonly T[]): T | undefined {
  return items.reduce<T | undefined>(
    (best, item) => (best === undefined || failing(item.clauses) < failing(best.clauses) ? item : best),
    undefined,
  )
}

function nearestPeer(
  rule: Rule,
  party: Party,
  policies: Policies,
): { readonly path?: string | undefined; readonly clauses: readonly Clause[] } {
  const field = `${rule.path}.${rule.direction === 'ingress' ? 'from' : 'to'}`
  if (rule.peers === 'all')
    return {
      clauses: [{ is: 'peers', field, wanted: 'any peer', actual: partyText(party), ok: true }],
    }
  const none = { clauses: [{ is: 'peers' as const, field, wanted: 'nobody', actual: '', ok: false }] }
  return (
    fewest(
      rule.peers.map((peer) => ({
        path: peer.path,
        clauses: peerClauses(peer, party, rule, policies),
      })),
    ) ?? none
  )
}

function nearestPort(rule: Rule, target: Target, policies: Policies): readonly Clause[] {
  const actual = target.protocol === 'ICMP' ? 'ICMP' : `${target.port}/${target.protocol}`
  const field = `${rule.path}.ports`
  if (rule.ports === 'all') {
    const isUndefined = target.protocol === 'ICMP' && rule.policy.object.kind !== 'ClusterNetworkPolicy'
    return [{ is: 'port', field, wanted: 'any port', actual, ok: isUndefined ? undefined : true }]
  }
  return (
    fewest(rule.ports.map((entry) => ({ clauses: portClauses(entry, rule, target, policies) })))?.clauses ??
    []
  )
}
