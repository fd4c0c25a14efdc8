import { clientOf } from '../client/dialled.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text } from '../text.ts'
import { denialFinding } from './denial-finding.ts'
import { clientWords, names, shareWords, targetWords } from './denial-words.ts'
import { clientsOf, type DenialGroup, groupsOf } from './denied-group.ts'

export default defineRule({
  id: 'policy/admin-tier-denies',
  title: 'A cluster-wide policy denies a connection',
  subject: 'Connection',
  severity: 'error',
  explains: ['ingress-denied', 'egress-denied', 'resolver-unreachable'],
  docs: {
    means:
      'The connection does not come through: an AdminNetworkPolicy, a BaselineAdminNetworkPolicy or a ClusterNetworkPolicy denies it.',
    why: 'The platform team has fenced something off. A Deny of the admin tier stands above every NetworkPolicy; one of the baseline tier only where no NetworkPolicy selects the pod.',
    proof:
      'Policies by priority, rules from top to bottom: this is the first that matches, and its action is Deny.',
    fix: 'Whoever keeps the cluster-wide policy has to change it. Under a baseline policy a NetworkPolicy that allows the connection is enough.',
    falseAlarmWhen:
      'A rule before it accepts or passes the connection. Policies of equal priority that disagree are undefined by the API, and nothing is said; ' +
      'nor where nobody is seen to dial.',
  },
  check({ connection }, network) {
    return groupsOf(connection, ['cluster-policy'], network).map((group) =>
      denialFinding(group, story, network),
    )
  },
})

function story(group: DenialGroup): { readonly summary: Text; readonly detail: Text } {
  const clients = clientWords(clientsOf(group).flatMap(({ connection }) => clientOf(connection) ?? []))
  const targets = new Map(
    group.denials.map((denial) => [denial.place, say`${targetWords(denial)}${shareWords(denial)}`]),
  )
  const rules = group.denials[0]?.explanation.decidedBy ?? []
  const named = listed(
    rules.map(({ rule, name }) => (name === undefined ? say`${rule}` : say`${rule} "${name}"`)),
  )
  return {
    summary: say`${clients} may not connect to ${names([...targets.values()])}: ${group.policy} denies it (${named})`,
    detail:
      rules[0]?.tier === 'baseline'
        ? say`It is of the baseline tier: a NetworkPolicy that selects the pods decides before it.`
        : say`It is of the admin tier: no NetworkPolicy can allow what it denies.`,
  }
}
