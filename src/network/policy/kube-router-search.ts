import type { KubeRouterDoubtId, Match } from './doubt.ts'
import { type KubeRouterReading, matchAsKubeRouter } from './kube-router.ts'
import { matchRule, matchSubject } from './match.ts'
import type { Direction, Policy, Rule } from './model.ts'
import type { PolicySet } from './policies.ts'
import { maySelect } from './subject-index.ts'
import { allow, deny, type Evidence, type Side } from './tiers.ts'

/** A rule that kube-router carries out in another way than it is written. */
interface Odd extends KubeRouterReading {
  readonly rule: Rule
  readonly because: KubeRouterDoubtId
}

/**
 * What else may come out of the NetworkPolicies of a side where kube-router enforces them. Where it comes to the same
 * as the API, nothing; where it does not, the doubt names the rule and the way in which it differs.
 *
 * @param said what comes out of them by the API, as bits
 */
export function searchAsKubeRouter(set: PolicySet, side: Side, said: number, evidence: Evidence): number {
  const { direction, subject, target, policies } = side
  if (policies.profile.rulesAre === 'as-written' || target.protocol === 'ICMP') return 0
  const odd: Odd[] = []
  let possible = 0
  let isAdmitted = false
  for (const policy of maySelect(set, subject)) {
    if (policy.rules[direction] === undefined) continue
    const { is } = matchSubject(policy, subject, policies)
    if (is === 'no') continue
    const admitted = admits(policy, side, odd)
    if (is === 'yes' && admitted === 'yes') isAdmitted = true
    if (admitted !== 'no') possible |= allow
    if (admitted !== 'yes') possible |= deny
  }
  const added = (isAdmitted ? allow : possible) & ~said
  for (const { rule, because, match, gaps = [] } of added === 0 ? [] : odd) {
    const isByApi = matchRule(rule, side.peer, target, policies).is !== 'no' && rule.direction === direction
    const opens = match.is !== 'no' && !isByApi
    const closes = match.is !== 'yes' && isByApi
    if ((opens && (added & allow) !== 0) || (closes && (added & deny) !== 0))
      evidence.doubts.push({ id: because, policy: rule.policy.reference, field: rule.path, gaps })
  }
  return added
}

/** Whether the chain of a policy lets the packet through, with the rules that are odd on the way. */
function admits(
  policy: Policy,
  { direction, subject, peer, target, policies }: Side,
  odd: Odd[],
): Match['is'] {
  let result: Match['is'] = 'no'
  const take = (rule: Rule, { match, because, gaps }: KubeRouterReading): void => {
    if (because !== undefined) odd.push({ rule, match, because, gaps })
    if (match.is === 'yes' || (match.is === 'maybe' && result === 'no')) result = match.is
  }
  for (const rule of policy.rules[direction] ?? [])
    take(rule, matchAsKubeRouter(rule, peer, target, policies))
  // Of a policy for both directions that selects both ends, the rules of the other direction are in the same chain.
  const others = policy.rules[otherOf(direction)] ?? []
  const both = others.length === 0 ? 'no' : matchSubject(policy, peer, policies).is
  for (const rule of both === 'no' ? [] : others) {
    const { match, gaps } = matchAsKubeRouter(rule, subject, target, policies)
    const isUnsure = both === 'maybe' && match.is === 'yes'
    const found: Match = isUnsure ? { ...match, is: 'maybe' } : match
    take(rule, { match: found, because: 'kube-router-both-directions', gaps })
  }
  return result
}

function otherOf(direction: Direction): Direction {
  return direction === 'egress' ? 'ingress' : 'egress'
}
