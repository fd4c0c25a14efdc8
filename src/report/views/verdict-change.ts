import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import type { Outcome } from '../../trace/path.ts'
import { connectionText } from '../connection-text.ts'
import { plainText } from '../words.ts'

const most = 3

const words: Readonly<Record<Outcome, string>> = {
  passes: 'passes',
  fails: 'fails',
  partly: 'fails in part',
  unknown: 'unknown',
  'not-checked': 'not checked',
  'not-applicable': 'has no hop to check',
}

/**
 * What is different between two answers to one question, most telling first, in one line; `undefined` when nothing is that
 * a reader of the verdict would call a change.
 */
export function verdictChange(before: Diagnosis, after: Diagnosis): string | undefined {
  const changes = [...problemChanges(before, after), ...pathChanges(before, after)]
  if (changes.length === 0) return undefined
  const shown = changes.slice(0, most)
  const more = changes.length > most ? [`and ${changes.length - most} more`] : []
  return [...shown, ...more].join('; ')
}

/** Notes change no verdict. */
function problemChanges(before: Diagnosis, after: Diagnosis): readonly string[] {
  const texts = ({ problems }: Diagnosis): ReadonlyMap<string, string> =>
    new Map(
      problems
        .filter(({ cause }) => cause.severity !== 'note')
        .map(({ cause }) => [
          `${cause.severity} ${cause.key}`,
          `${cause.severity}: ${plainText(cause.summary)}`,
        ]),
    )
  const [old, now] = [texts(before), texts(after)]
  return [
    ...[...now].filter(([key]) => !old.has(key)).map(([, text]) => `new ${text}`),
    ...[...old].filter(([key]) => !now.has(key)).map(([, text]) => `gone ${text}`),
  ]
}

function pathChanges(before: Diagnosis, after: Diagnosis): readonly string[] {
  const old = new Map(before.paths.map(({ connection, outcome }) => [connection.key, outcome]))
  const now = new Set(after.paths.map(({ connection }) => connection.key))
  const changed = after.paths.flatMap(({ connection, outcome }) => {
    const was = old.get(connection.key)
    if (was === outcome) return []
    const text = connectionText(connection)
    return [
      was === undefined
        ? `${text} is new, and ${words[outcome]}`
        : `${text} ${words[outcome]}, was: ${words[was]}`,
    ]
  })
  const gone = before.paths
    .filter(({ connection }) => !now.has(connection.key))
    .map(({ connection }) => `${connectionText(connection)} is gone`)
  return [...changed, ...gone]
}
