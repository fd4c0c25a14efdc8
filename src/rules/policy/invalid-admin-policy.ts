import { defineRule } from '../rule.ts'
import { invalidFinding } from './invalid.ts'

export default defineRule({
  id: 'policy/invalid-admin-policy',
  title: 'Cluster-wide policy that the API server refuses',
  subject: 'ClusterPolicy',
  severity: 'error',
  docs: {
    means:
      'The policy cannot be stored, or is of another API version than the one that is known here: then every verdict that it ' +
      'could decide is unknown. A Deny rule with a peer that is not understood denies everything.',
    why:
      'A priority outside 0 to 1000, a tier or an action that does not exist, a baseline policy of another name than default, ' +
      'a rule without peers, a peer with two kinds.',
    proof:
      'The field, against the schema of AdminNetworkPolicy, BaselineAdminNetworkPolicy and ClusterNetworkPolicy.',
    fix: 'Correct the field; `kubectl apply --dry-run=server` asks the API server itself.',
    falseAlarmWhen: 'A policy that a server holds was accepted: then it is a likely warning only.',
  },
  check: (policy, network) => invalidFinding(policy, network, []),
})
