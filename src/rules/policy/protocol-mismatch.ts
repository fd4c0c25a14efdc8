import { clientOf } from '../client/dialled.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { type DenialStory, denialFinding } from './denial-finding.ts'
import { clientWords, targetWords } from './denial-words.ts'
import { clientsOf, type DenialGroup, groupsOf } from './denied-group.ts'

export default defineRule({
  id: 'policy/protocol-mismatch',
  title: 'A policy opens the port for another protocol',
  subject: 'Connection',
  severity: 'error',
  explains: ['ingress-denied', 'egress-denied'],
  docs: {
    means: 'The connection does not come through, although the rule names the right port.',
    why: 'An entry without `protocol` means TCP. A UDP or SCTP Service needs its protocol written.',
    proof:
      'The rule matches the other end and the number of the port, with a protocol that differs from what is dialled.',
    fix: 'Add the port with the right protocol to the rule.',
    falseAlarmWhen:
      'Another entry or rule opens the port for the right protocol: the connection then passes.',
  },
  check({ connection }, network) {
    return groupsOf(connection, ['protocol'], network).map((group) => denialFinding(group, story, network))
  },
})

function story(group: DenialGroup): DenialStory {
  const [first] = group.denials
  const clause = group.kind.is === 'protocol' ? group.kind.clause : undefined
  const clients = clientWords(clientsOf(group).flatMap((denial) => clientOf(denial.connection) ?? []))
  const target = first === undefined ? say`` : targetWords(first)
  const { port = 0, protocol = 'TCP' } = first?.explanation.target ?? {}
  return {
    proof: 'proven',
    summary: say`${group.policy} opens ${clause?.wanted ?? ''} port ${port} for ${clients}, and ${target} is ${protocol}`,
    detail: say`An entry without protocol means TCP.`,
  }
}
