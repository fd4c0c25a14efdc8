import { clientOf } from '../client/dialled.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { type DenialStory, denialFinding } from './denial-finding.ts'
import { clientWords, targetWords } from './denial-words.ts'
import { clientsOf, type DenialGroup, groupsOf } from './denied-group.ts'

export default defineRule({
  id: 'policy/peer-in-other-namespace',
  title: 'A policy asks for pods of its own namespace, and the ones that are meant live in another',
  subject: 'Connection',
  severity: 'error',
  explains: ['ingress-denied', 'egress-denied'],
  over: ['policy/peer-selects-no-pod'],
  docs: {
    means:
      'The connection does not come through: the rule names the right labels, and means pods of the wrong namespace.',
    why: 'A peer with a podSelector alone looks in the namespace of the policy only.',
    proof:
      'The peer selects nothing in its own namespace; the pod at the other end of a connection that is dialled has exactly these labels elsewhere.',
    fix: 'Add a peer with both selectors in ONE item: the namespace by `kubernetes.io/metadata.name`, and the labels.',
    falseAlarmWhen:
      'Pods of the own namespace have these labels: then those are meant. Nobody dials: then nothing is missing.',
  },
  check({ connection }, network) {
    return groupsOf(connection, ['namespace'], network).map((group) => denialFinding(group, story, network))
  },
})

function story(group: DenialGroup): DenialStory {
  const [first] = group.denials
  const clause = group.kind.is === 'namespace' ? group.kind.clause : undefined
  const clients = clientWords(clientsOf(group).flatMap((denial) => clientOf(denial.connection) ?? []))
  const target = first === undefined ? say`` : targetWords(first)
  return {
    proof: 'proven',
    summary: say`${clients} may not connect to ${target}: ${group.policy} names the right labels in ${clause?.wanted ?? ''}, and the pods are in ${clause?.actual ?? ''}`,
    detail: say`A podSelector alone looks in the policy's own namespace only.`,
  }
}
