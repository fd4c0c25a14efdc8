import { type Clause, partyText, peerClauses, portClauses, selectorClauses } from './clause.ts'
import type { Party } from './endpoint.ts'
import type { ConsideredRule, RuleReference } from './explain.ts'
import { matchRule, matchSubject, type Target } from './match.ts'
import type { Policy, Rule } from './model.ts'
import type { Policies } from './policies.ts'

export function ruleReference(rule: Rule, peer?: string): RuleReference {
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

/** Compares a rule with a flow, condition by condition. */
export function consider(
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
