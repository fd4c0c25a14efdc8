import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import type { Question } from '../../diagnosis/question.ts'
import type { Block, Document, Line } from '../document.ts'
import { escapeText } from '../escape.ts'
import { count } from '../words.ts'
import { footer } from './footer.ts'
import { brokenWords, verdictLine } from './outcome-words.ts'
import { problemBlock, problemLine, type ViewOptions } from './problem.ts'

/** Everything that is wrong in a scope, worst first. */
export function scanView(diagnosis: Diagnosis, options: ViewOptions): Document {
  return [
    { kind: 'headline', line: headline(diagnosis) },
    ...problemBlocks(diagnosis, options),
    ...notesBlock(diagnosis, options),
  ]
}

/** Errors in full, warnings as a line each, notes as a number; all in full when wide. */
export function problemBlocks(
  { problems, takenAt, question }: Diagnosis,
  given: ViewOptions,
): readonly Block[] {
  const options = { ...given, home: homeOf(question) }
  return problems.flatMap((problem) => {
    if (options.isWide || problem.cause.severity === 'error') return [problemBlock(problem, takenAt, options)]
    return problem.cause.severity === 'warning' ? [problemLine(problem, options)] : []
  })
}

/** The one namespace that a question is about. */
function homeOf(question: Question): string | undefined {
  if (question.kind !== 'scan' && question.kind !== 'routes') return question.namespace
  return question.namespaces.length === 1 && question.namespaces !== 'all'
    ? question.namespaces[0]
    : undefined
}

export function notesBlock(diagnosis: Diagnosis, options: ViewOptions): readonly Block[] {
  const { warning, note } = diagnosis.verdict.problems
  const more = [
    ...(warning > 0 ? [`${count(warning, 'warning')} in full`] : []),
    ...(note > 0 ? [count(note, 'note')] : []),
  ]
  const lines: Line[] = [...footer(diagnosis)]
  if (!options.isWide && more.length > 0)
    lines.unshift([{ text: `with -o wide: ${more.join(', ')}`, tone: 'dim' }])
  return lines.length === 0 ? [] : [{ kind: 'notes', lines }]
}

function scopeText({ question }: Diagnosis): string {
  switch (question.kind) {
    case 'scan':
    case 'routes':
      return question.namespaces === 'all' ? 'all namespaces' : question.namespaces.map(escapeText).join(', ')
    case 'service':
      return `${escapeText(question.name)}.${escapeText(question.namespace)}`
    case 'from':
      return escapeText(question.workload.split('/').at(-1) ?? '')
  }
}

/** Connections that fail, or may fail, because of an error. */
function brokenByErrors({ problems }: Diagnosis): number {
  const paths = problems.flatMap(({ cause, breaks }) => (cause.severity === 'error' ? breaks : []))
  return new Set(paths.filter(({ connection }) => connection.client.kind !== 'anyone')).size
}

function affectedByAny({ verdict: { connections } }: Diagnosis): boolean {
  return connections.broken + connections.suspect > 0
}

function brokenPart(affected: number, of: number): string {
  return of === 1 ? 'the only connection' : `${affected} of ${count(of, 'connection')}`
}

function headline(diagnosis: Diagnosis): Line {
  const { problems, connections } = diagnosis.verdict
  const scope = scopeText(diagnosis)
  const affected = brokenByErrors(diagnosis)
  if (problems.error > 0) {
    const breaks =
      affected > 0
        ? ` ${problems.error === 1 ? 'breaks' : 'break'} ${brokenPart(affected, connections.of)}`
        : ''
    return [
      { text: '✗ ', tone: 'bad' },
      { text: scope, tone: 'strong' },
      { text: `: ${count(problems.error, 'problem')}${breaks}` },
    ]
  }
  // What fails behind a warning is likely optional: the cross is for errors alone.
  if (problems.warning > 0 && affectedByAny(diagnosis))
    return [
      { text: '! ', tone: 'warn' },
      { text: scope, tone: 'strong' },
      { text: `: no error, ${count(problems.warning, 'warning')}; ${brokenWords(diagnosis)}` },
    ]
  const calm =
    connections.of > 0
      ? `no error found on ${count(connections.of, 'connection')}`
      : 'no error found; no object there shows a connection'
  return verdictLine(scope, diagnosis, calm)
}
