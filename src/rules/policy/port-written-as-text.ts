import { pointer } from '../../network/edit.ts'
import { place } from '../../network/traffic/place.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say } from '../text.ts'
import { steps } from './patches.ts'

export default defineRule({
  id: 'policy/port-written-as-text',
  title: 'Port number in quotes',
  subject: 'NetworkPolicy',
  severity: 'error',
  docs: {
    means:
      'A port in quotes is the name of a port, and a name must hold a letter: the API server refuses the policy.',
    why: 'A template engine or a habit put quotes around the number.',
    proof: '`ports[].port` is a text of digits only.',
    fix: 'Remove the quotes.',
    falseAlarmWhen: 'Never for names that hold a letter.',
  },
  check({ reference, problems }) {
    const texts = problems.filter(({ id }) => id === 'port-number-as-string')
    const [first] = texts
    if (first === undefined) return undefined
    return {
      proof: 'proven',
      place: place.policyPart(reference, 'port in quotes'),
      summary: say`${reference} names a port “${first.value}”, which the API server refuses: a number must stand without quotes`,
      detail:
        texts.length === 1
          ? undefined
          : say`${counted(texts.length, 'port')}: ${listed(texts.slice(0, 3).map(({ field }) => say`${field}`))}.`,
      evidence: texts.map(({ field, value }) => ({ reference, field, value })),
      fix: {
        edits: [
          {
            kind: 'patch',
            reference,
            operations: texts.map(({ field, value }) => ({
              op: 'replace',
              path: pointer(...steps(field)),
              value: Number(value),
            })),
          },
        ],
        note: say`The policy can then be applied, and opens these ports to the peers of their rules.`,
      },
    }
  },
})
