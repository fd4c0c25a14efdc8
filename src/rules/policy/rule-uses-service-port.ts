import { clientOf } from '../client/dialled.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { type DenialStory, denialFinding } from './denial-finding.ts'
import { clientWords, targetWords, wantedWords } from './denial-words.ts'
import { clientsOf, type DenialGroup, groupsOf } from './denied-group.ts'

export default defineRule({
  id: 'policy/rule-uses-service-port',
  title: 'A policy names the port of the Service where it sees the port of the pod',
  subject: 'Connection',
  severity: 'error',
  explains: ['ingress-denied', 'egress-denied'],
  docs: {
    means:
      'The connection does not come through, although a rule for it is there: it opens a port on which nothing arrives.',
    why: 'Policies are compared with the packet after the Service has been translated: they see the targetPort, never the port of the Service.',
    proof:
      'The rule matches the other end and names the port of the Service; the port of the pod is another, and no other rule opens it.',
    fix: 'Add the port of the pod to the rule.',
    falseAlarmWhen:
      'Another rule of any policy opens the port of the pod, or both ports are the same: the connection then passes.',
  },
  check({ connection }, network) {
    return groupsOf(connection, ['service-port'], network).map((group) =>
      denialFinding(group, story, network),
    )
  },
})

function story(group: DenialGroup): DenialStory {
  const [first] = group.denials
  const clients = clientWords(clientsOf(group).flatMap((denial) => clientOf(denial.connection) ?? []))
  const { miss } = group.kind.is === 'service-port' ? group.kind : { miss: undefined }
  const wanted = wantedWords((miss?.failing ?? []).filter(({ is }) => is === 'port'))
  return {
    proof: 'proven',
    summary: say`${group.policy} opens ${wanted} for ${clients}, the port of the Service; ${first === undefined ? say`` : targetWords(first)} leads to port ${first?.explanation.target.port ?? 0} of the pods`,
    detail: say`Policies see the port of the pod, after the Service's address was translated.`,
  }
}
