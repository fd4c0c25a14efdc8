import { clientOf } from '../client/dialled.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { type DenialStory, denialFinding } from './denial-finding.ts'
import { clientWords, shareWords, targetWords } from './denial-words.ts'
import { clientsOf, type DenialGroup, groupsOf } from './denied-group.ts'

export default defineRule({
  id: 'policy/named-port-unresolved',
  title: 'A policy opens a named port that the pods do not declare',
  subject: 'Connection',
  severity: 'error',
  explains: ['ingress-denied', 'egress-denied'],
  over: ['policy/port-name-of-nobody'],
  docs: {
    means: 'The rule opens nothing on these pods, so the connection does not come through.',
    why: 'A port name in a policy is looked up on each destination pod, by name and protocol. The name was changed, or is only that of the Service port.',
    proof:
      'The rule matches the other end; no container of the destination pods declares a port with this name, protocol and number.',
    fix: 'Add the number to the rule, or declare the port with this name on the container.',
    falseAlarmWhen:
      'Another rule opens the number. Where only some of the pods lack the name it is a warning; a port that only an init container ' +
      'declares is undefined by the API, and nothing is said.',
  },
  check({ connection }, network) {
    return groupsOf(connection, ['named-port'], network).map((group) => denialFinding(group, story, network))
  },
})

function story(group: DenialGroup): DenialStory {
  const [first] = group.denials
  const name = group.kind.is === 'named-port' ? group.kind.name : ''
  const clients = clientWords(clientsOf(group).flatMap((denial) => clientOf(denial.connection) ?? []))
  const target = first === undefined ? say`` : say`${targetWords(first)}${shareWords(first)}`
  const actual = group.kind.is === 'named-port' ? group.kind.clause.actual : ''
  return {
    proof: 'proven',
    severity: group.denials.every(({ share }) => share !== undefined) ? 'warning' : undefined,
    summary: say`${group.policy} opens port ${name} for ${clients}, and no port of that name leads to ${target} on its pods`,
    detail: say`A named port counts only on pods that declare it: dialled is ${actual}.`,
  }
}
