import type { Clause } from './clause.ts'
import type { ConsideredRule, Explanation } from './explain.ts'

/** A rule that would have allowed the flow, and the conditions that keep it from that. */
export interface NearMiss {
  readonly rule: ConsideredRule
  readonly failing: readonly Clause[]
}

/**
 * The rules that would allow the flow if fewest conditions were different, nearest first. That a policy is for other
 * pods counts once more: it is seldom what was meant. Ties: policies that select the subject, then namespace, name and
 * place in the policy. Empty unless NetworkPolicies deny it: what an admin rule denies no rule below can allow.
 */
export function nearMisses({ outcome, tier, considered, subject }: Explanation): readonly NearMiss[] {
  if (outcome !== 'fails' || tier !== 'network-policy') return []
  return considered
    .filter((rule) => rule.tier === 'network-policy' && rule.action === 'allow')
    .map((rule) => ({ rule, failing: rule.clauses.filter(({ ok }) => ok !== true) }))
    .filter(({ failing, rule }) => failing.length > 0 && !isForOthers(rule))
    .sort((a, b) => distance(a) - distance(b) || order(a.rule, b.rule, subject.namespace?.name))
}

const distance = ({ rule, failing }: NearMiss): number => failing.length + (rule.selects === 'no' ? 1 : 0)

/** A rule of a policy for other pods of which nothing but the subject could be right by chance. */
function isForOthers({ selects, clauses }: ConsideredRule): boolean {
  if (selects !== 'no') return false
  const peers = clauses.filter(({ is }) => is !== 'subject' && is !== 'port' && is !== 'protocol')
  return !peers.some(({ ok, is }) => ok === true && is !== 'peers' && is !== 'namespace')
}

function order(a: ConsideredRule, b: ConsideredRule, namespace: string | undefined): number {
  const rank = ({ selects, policy }: ConsideredRule): number =>
    (selects === 'no' ? 2 : 0) + (policy.namespace === namespace ? 0 : 1)
  return (
    rank(a) - rank(b) ||
    compare(a.policy.namespace ?? '', b.policy.namespace ?? '') ||
    compare(a.policy.name, b.policy.name) ||
    compare(a.path, b.path)
  )
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** The nearest of {@link nearMisses}. */
export function nearest(explanation: Explanation): NearMiss | undefined {
  return nearMisses(explanation)[0]
}
