import type { Policy, Rule } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { showCommand } from './patches.ts'
import type { BlockPeer } from './peers.ts'
import { isEverything } from './ranges.ts'

export default defineRule({
  id: 'policy/admin-deny-covers-pods',
  title: 'Deny of all addresses that stops pods too',
  subject: 'ClusterPolicy',
  severity: 'warning',
  docs: {
    means:
      '`networks` matches the addresses of pods as well: a Deny of `0.0.0.0/0` stops connections inside the cluster, DNS included, ' +
      'not only those to the internet.',
    why: 'The rule was meant to close the way out of the cluster.',
    proof:
      'A Deny rule for egress with a network of all addresses, and no rule before it that accepts or passes pods.',
    fix: 'Put a rule before it that passes or accepts all namespaces.',
    falseAlarmWhen: 'A rule before it names pods or namespaces: then who wrote it thought of them.',
  },
  check(policy, network) {
    const rules = policy.rules.egress ?? []
    const index = rules.findIndex((rule) => rule.action === 'deny' && everything(rule) !== undefined)
    const deny = rules[index]
    if (deny === undefined || policy.subject.doubt !== undefined) return undefined
    const before = [...rules.slice(0, index), ...earlierRules(policy, network.policy.cluster().all)]
    if (before.some(namesPods)) return undefined
    return finding(policy, deny)
  },
})

function everything({ peers }: Rule): BlockPeer | undefined {
  if (peers === 'all') return undefined
  return peers.filter((peer) => peer.is === 'block').find(({ block }) => isEverything(block))
}

const namesPods = ({ action, peers }: Rule): boolean =>
  (action === 'allow' || action === 'pass') && peers !== 'all' && peers.some(({ is }) => is === 'pods')

/** Egress rules of policies that go before this one, of its tier or a higher one. */
function earlierRules(policy: Policy, all: readonly Policy[]): readonly Rule[] {
  return all
    .filter(
      (other) =>
        (other.tier === policy.tier && other.priority < policy.priority) ||
        (policy.tier === 'baseline' && other.tier === 'admin'),
    )
    .flatMap((other) =>
      (other.rules.egress ?? []).filter(({ action }) => action === 'allow' || policy.tier === other.tier),
    )
}

function finding(policy: Policy, deny: Rule): FindingDraft {
  const { reference, object } = policy
  const peer = everything(deny)
  const accept = object.kind === 'ClusterNetworkPolicy' ? 'Accept' : 'Allow'
  return {
    proof: 'proven',
    place: place.policyPart(reference, `${deny.path} everything`),
    summary: say`${reference} ${deny.path} denies ${peer?.cidr ?? ''}, pods and DNS of the cluster included`,
    detail: say`No rule before it accepts or passes pods.`,
    evidence: [
      { reference, field: `${deny.path}.action`, value: 'Deny' },
      { reference, field: peer?.path ?? deny.path, value: peer?.cidr },
    ],
    advice: [
      policy.tier === 'admin'
        ? say`If only the outside is meant, put before it: action Pass, to namespaces: {}; then NetworkPolicies decide about pods.`
        : say`If only the outside is meant, put before it: action ${accept}, to namespaces: {}`,
      showCommand(reference),
    ],
  }
}
