import { defineRule } from '../rule.ts'
import { invalidFinding } from './invalid.ts'

export default defineRule({
  id: 'policy/invalid-policy',
  title: 'NetworkPolicy that the API server refuses',
  subject: 'NetworkPolicy',
  severity: 'error',
  docs: {
    means:
      '`kubectl apply` fails, and the cluster goes on with what it had. Where the policy is read all the same, an invalid peer ' +
      'or port matches nothing.',
    why:
      'An `ipBlock` beside a selector in one item, `except` outside its `cidr`, an empty item, a selector with an unknown ' +
      'operator or without values, a port out of range, `endPort` below `port` or without a number, a field that does not exist.',
    proof: 'The field, against the validation of the API server.',
    fix: 'Correct the field; `kubectl apply --dry-run=server` asks the API server itself.',
    falseAlarmWhen:
      'A policy that a server holds was accepted: then it is a likely warning that its field is not understood here, ' +
      'as with a field of a newer API version.',
  },
  check: (policy, network) => invalidFinding(policy, network, ['port-number-as-string']),
})
