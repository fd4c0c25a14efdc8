import { consider } from './consider.ts'
import type { Party } from './endpoint.ts'
import type { ConsideredRule } from './explain.ts'
import { matchPeer, matchPorts, type Target } from './match.ts'
import type { Direction, Policy, Rule } from './model.ts'
import { distance, order } from './nearest.ts'
import type { Policies } from './policies.ts'
import { meets } from './selector.ts'

/** One denied direction of a flow. */
interface Denied {
  readonly direction: Direction
  readonly subject: Party
  readonly peer: Party
  readonly target: Target
  readonly policies: Policies
}

/** A rule that cannot be nearer than this. */
interface Candidate {
  readonly rule: Rule
  readonly atLeast: number
}

/**
 * Of the policies for other pods, the rule that would allow a denied flow if fewest conditions were different. A
 * namespace may hold a thousand policies: they are first compared in part, which says how near they can be at best, and
 * condition by condition in that order until none can be nearer.
 *
 * @param all NetworkPolicies of the namespace
 * @param isolating those that select the subject
 * @param own the rules of these
 * @returns `undefined` when a rule of the own ones is as near
 */
export function nearestForOthers(
  all: readonly Policy[],
  isolating: readonly Policy[],
  own: readonly ConsideredRule[],
  denied: Denied,
): ConsideredRule | undefined {
  const { direction, subject, peer, target, policies } = denied
  let best: ConsideredRule | undefined
  let least = Math.min(...own.filter(({ tier }) => tier === 'network-policy').map(distanceOf))
  const selecting = new Set(isolating)
  const candidates = all
    .filter((policy) => !selecting.has(policy))
    .flatMap((policy) => candidatesOf(policy, direction, denied))
    .filter(({ atLeast }) => atLeast < least)
    .sort((a, b) => a.atLeast - b.atLeast)
  for (const { rule, atLeast } of candidates) {
    if (atLeast > least || (best === undefined && atLeast >= least)) break
    const found = consider(rule, subject, peer, target, policies)
    if (isByChance(found)) continue
    const own = distanceOf(found)
    if (own > least || (own === least && (best === undefined || order(found, best) >= 0))) continue
    best = found
    least = own
  }
  return best
}

const distanceOf = (rule: ConsideredRule): number =>
  distance({ rule, failing: rule.clauses.filter(({ ok }) => ok !== true) })

function candidatesOf(policy: Policy, direction: Direction, denied: Denied): readonly Candidate[] {
  const labels = denied.subject.pod?.metadata.labels ?? {}
  const { requirements } = policy.subject.pods
  // One for each requirement that the subject does not meet, and one for being for others.
  const asSubject = 1 + requirements.filter((requirement) => !meets(labels, requirement)).length
  return (policy.rules[direction] ?? []).flatMap((rule): readonly Candidate[] => {
    const { peers } = rule
    if (peers === 'all' || peers.length === 0) return []
    const isPeer = peers.some((item) => matchPeer(item, denied.peer, rule, denied.policies).is === 'yes')
    const isPort = matchPorts(rule, denied.target, denied.policies).is === 'yes'
    return [{ rule, atLeast: asSubject + (isPeer ? 0 : 1) + (isPort ? 0 : 1) }]
  })
}

/** Of a rule for other pods nothing but the subject and the port could be right by chance. */
function isByChance({ clauses }: ConsideredRule): boolean {
  const peers = clauses.filter(({ is }) => is !== 'subject' && is !== 'port' && is !== 'protocol')
  return !peers.some(({ ok, is }) => ok === true && is !== 'peers' && is !== 'namespace')
}
