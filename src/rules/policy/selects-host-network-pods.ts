import { place } from '../../network/traffic/place.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say, word } from '../text.ts'
import { workloadsMatching } from './matching.ts'
import { showCommand } from './patches.ts'
import { requirementField } from './selector-words.ts'

export default defineRule({
  id: 'policy/selects-host-network-pods',
  title: 'Policy for pods on the network of their node',
  subject: 'NetworkPolicy',
  severity: 'note',
  docs: {
    means:
      'Pods with `hostNetwork: true` share the address of their node. The API leaves it open whether a policy applies to them, ' +
      'and usually it does not: who may reach them is not limited.',
    why: 'The policy was written for the application, and the application was later moved to the network of the node.',
    proof: '`spec.podSelector` matches pod templates with `hostNetwork: true`.',
    fix: 'Limit access on the node, or run the pods on the pod network.',
    falseAlarmWhen:
      'A selector for all pods of a namespace means the others too, and is silent while there are others. Silent where the network plugin ' +
      'is known to apply policies to such pods.',
  },
  check({ subject, reference, object }, network) {
    if (subject.doubt !== undefined || network.policy.profile.policyOnHostNetworkPods === 'yes')
      return undefined
    const matching = workloadsMatching(object.metadata.namespace ?? '', subject.pods, network).items
    const onNode = matching.filter(({ spec }) => spec.hostNetwork === true)
    const isAll = onNode.length === matching.length
    if (onNode.length === 0 || (subject.pods.requirements.length === 0 && !isAll)) return undefined
    const names = listed(onNode.slice(0, 3).map((workload) => say`${workload.reference}`))
    const more = onNode.length > 3 ? say` and ${counted(onNode.length - 3, 'more', 'more')}` : []
    return {
      proof: 'likely',
      severity: isAll ? 'warning' : 'note',
      place: place.policyPart(reference, 'host-network pods'),
      summary: say`${reference} selects ${names}${more} on the network of the node, ${word(isAll ? 'and nothing else: usually it has no effect' : 'where policies usually have no effect')}`,
      detail: say`The API leaves it to the network plugin whether policies apply to host-network pods.`,
      evidence: [
        ...onNode.slice(0, 3).map((workload) => ({
          reference: workload.reference,
          field: `${workload.specPath}.hostNetwork`,
          value: true,
        })),
        ...subject.pods.requirements.map((requirement) => ({
          reference,
          field: requirementField('spec.podSelector', requirement),
          value: requirement.values.join(', '),
        })),
      ],
      advice: [showCommand(reference)],
    }
  },
})
