import type { Network } from '../../network/network.ts'
import type { Policy, PolicyProblem } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import type { FindingDraft } from '../finding.ts'
import { counted, listed, say, type Text, word } from '../text.ts'
import { showCommand } from './patches.ts'

/** One finding for everything in a policy that the API server would refuse. */
export function invalidFinding(
  { reference, problems }: Policy,
  { inventory }: Network,
  leaveOut: readonly PolicyProblem['id'][],
): FindingDraft | undefined {
  const wrong = problems.filter(({ id, severity }) => severity === 'invalid' && !leaveOut.includes(id))
  const [first, ...rest] = wrong
  if (first === undefined) return undefined
  // What a server holds it has accepted: then this program is older than the API, or the server older than the check.
  const isStored = !inventory.snapshot.coverage.declared
  return {
    proof: isStored ? 'likely' : 'proven',
    severity: isStored ? 'warning' : 'error',
    place: place.policyPart(reference, 'validity'),
    summary: isStored
      ? say`${reference} has a field that cannot be evaluated: ${problemWords(first)}`
      : say`${reference} would be refused by the API server: ${problemWords(first)}`,
    detail:
      rest.length === 0
        ? undefined
        : say`Also: ${listed(rest.slice(0, 3).map(problemWords))}${rest.length > 3 ? word(`, and ${rest.length - 3} more`) : []}.`,
    evidence: wrong.map((problem) => ({ reference, field: problem.field, value: seen(problem) })),
    advice: isStored
      ? [
          say`Verdicts about its pods are unknown where they hang on ${counted(wrong.length, 'field')} of this policy.`,
          showCommand(reference),
        ]
      : [say`kubectl apply --dry-run=server -f FILE`],
  }
}

/** What stands there, where the problem brings no value of its own; nothing where nothing stands there. */
function seen({ id, value }: PolicyProblem): string | undefined {
  if (value !== '') return value
  if (id === 'unknown-field') return 'unknown field'
  if (id === 'peer-with-two-kinds') return 'two kinds of peer'
  return id === 'peer-empty' ? '{}' : undefined
}

function problemWords({ field, value, message }: PolicyProblem): Text {
  return value === '' ? say`${field} ${message}` : say`${field}: ${value} ${message}`
}
