import type { Clause } from './clause.ts'
import type { ConsideredRule, Explanation } from './explain.ts'

/** A rule that would have allowed the flow, and the conditions that keep it from that. */
export interface NearMiss {
  readonly rule: ConsideredRule
  readonly failing: readonly Clause[]
}

/**
 * The rules of policies that select the subject and would allow the flow if fewest conditions were different, nearest
 * first. Ties: by name and place in the policy. Empty unless NetworkPolicies deny it: what an admin rule denies no rule
 * below can allow.
 */
export function nearMisses({ outcome, tier, considered }: Explanation): readonly NearMiss[] {
  if (outcome !== 'fails' || tier !== 'network-policy') return []
  return considered
    .filter((rule) => rule.tier === 'network-policy' && rule.action === 'allow')
    .map(nearMiss)
    .filter(({ failing }) => failing.length > 0)
    .sort((a, b) => distance(a) - distance(b) || order(a.rule, b.rule))
}

/** The nearest of {@link nearMisses}, unless a rule of a policy for other pods is nearer still. */
export function nearest(explanation: Explanation): NearMiss | undefined {
  const [own] = nearMisses(explanation)
  const { nearestOther } = explanation
  const other = nearestOther === undefined ? undefined : nearMiss(nearestOther)
  if (own === undefined || other === undefined) return own ?? other
  return distance(other) < distance(own) ? other : own
}

function nearMiss(rule: ConsideredRule): NearMiss {
  return { rule, failing: rule.clauses.filter(({ ok }) => ok !== true) }
}

/** That a policy is for other pods counts once more: it is seldom what was meant. */
export const distance = ({ rule, failing }: NearMiss): number =>
  failing.length + (rule.selects === 'no' ? 1 : 0)

/** By the name of the policy and the place in it. */
export function order(a: ConsideredRule, b: ConsideredRule): number {
  return compare(a.policy.name, b.policy.name) || compare(a.path, b.path)
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
