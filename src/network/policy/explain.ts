import type { Gap, ObjectReference } from '../../snapshot/snapshot.ts'
import type { Clause } from './clause.ts'
import { consider, ruleReference } from './consider.ts'
import type { Decision, FamilyVerdict, FlowOutcome, FlowVerdict } from './decide.ts'
import type { CaveatId, Doubt } from './doubt.ts'
import type { Party } from './endpoint.ts'
import { matchSubject, type Target } from './match.ts'
import type { Action, Direction, Policy, Rule, Tier } from './model.ts'
import { nearestForOthers } from './near-others.ts'
import type { Policies } from './policies.ts'
import { maySelect } from './subject-index.ts'

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
  /** The rules of this direction of all policies that select the subject, in the order of evaluation. */
  readonly considered: readonly ConsideredRule[]
  /** Where NetworkPolicies deny: the rule of a policy for other pods that comes nearest, if it is nearer than these. */
  readonly nearestOther?: ConsideredRule | undefined
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
  const set = subject.namespace === undefined ? undefined : policies.in(subject.namespace.name)
  const isolating = (set === undefined ? [] : maySelect(set, subject)).filter(
    (policy) => policy.rules[direction] !== undefined && matchSubject(policy, subject, policies).is !== 'no',
  )
  const considered = rulesFor(direction, subject, isolating, policies).map((rule) =>
    consider(rule, subject, peer, target, policies),
  )
  const isDenied = decision.outcome === 'fails' && decision.tier === 'network-policy'
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
    considered,
    nearestOther: isDenied
      ? nearestForOthers(set?.policies ?? [], isolating, considered, {
          direction,
          subject,
          peer,
          target,
          policies,
        })
      : undefined,
    doubts: decision.doubts,
    caveats: decision.caveats,
  }
}

/** Admin tier, NetworkPolicies, baseline. Cluster-wide policies for other subjects are left out. */
function rulesFor(
  direction: Direction,
  subject: Party,
  isolating: readonly Policy[],
  policies: Policies,
): readonly Rule[] {
  if (subject.pod === undefined) return []
  const { generations } = policies.cluster()
  const tier = (name: 'admin' | 'baseline'): readonly Policy[] =>
    generations
      .flatMap((generation) => generation[name].flat())
      .filter((policy) => matchSubject(policy, subject, policies).is !== 'no')
  return [...tier('admin'), ...isolating, ...tier('baseline')].flatMap(
    (policy) => policy.rules[direction] ?? [],
  )
}

function referenceOnly({ policy, tier, path, rule, name, action, peer }: RuleReference): RuleReference {
  return { policy, tier, path, rule, name, action, peer }
}
