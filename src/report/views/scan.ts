import type { Diagnosis, Problem } from '../../diagnosis/diagnosis.ts'
import type { Question } from '../../diagnosis/question.ts'
import type { Path } from '../../trace/path.ts'
import type { Block, Document, Line } from '../document.ts'
import { escapeText } from '../escape.ts'
import { count } from '../words.ts'
import { footer } from './footer.ts'
import { brokenWords, verdictLine } from './outcome-words.ts'
import { problemBlock, problemLine, type ViewOptions } from './problem.ts'

/** Everything that is wrong in a scope, worst first. */
export function scanView(diagnosis: Diagnosis, options: ViewOptions): Document {
  return [
    { kind: 'headline', line: headline(diagnosis, homeOf(diagnosis.question) ?? options.home) },
    ...problemBlocks(diagnosis, options),
    ...notesBlock(diagnosis, options),
  ]
}

/** What fails in full, other warnings as a line each, notes as a number; all in full when wide. */
export function problemBlocks(
  { problems, takenAt, question }: Diagnosis,
  given: ViewOptions,
): readonly Block[] {
  const options = { ...given, home: homeOf(question) ?? given.home }
  return problems.flatMap((problem) => {
    if (options.isWide || isInFull(problem)) return [problemBlock(problem, takenAt, options)]
    return problem.cause.severity === 'warning' ? [problemLine(problem, options)] : []
  })
}

/** Among manifests nothing is worse than a warning: what fails there is worth its fix as well. */
function isInFull({ cause, breaks }: Problem): boolean {
  if (cause.severity === 'error') return true
  return cause.severity === 'warning' && breaks.some(isOfSomebody)
}

const isOfSomebody = ({ connection }: Path): boolean => connection.client.kind !== 'anyone'

/** The one namespace that a question is about. */
function homeOf(question: Question): string | undefined {
  if (question.kind === 'service' || question.kind === 'from') return question.namespace
  return question.namespaces.length === 1 && question.namespaces !== 'all'
    ? question.namespaces[0]
    : undefined
}

export function notesBlock(diagnosis: Diagnosis, options: ViewOptions): readonly Block[] {
  const { note } = diagnosis.verdict.problems
  const short = diagnosis.problems.filter(
    (problem) => problem.cause.severity === 'warning' && !isInFull(problem),
  ).length
  const more = [
    ...(short > 0 ? [`${count(short, 'warning')} in full`] : []),
    ...(note > 0 ? [count(note, 'note')] : []),
  ]
  const lines: Line[] = [...footer(diagnosis)]
  if (!options.isWide && more.length > 0)
    lines.unshift([{ text: `with -o wide: ${more.join(', ')}`, tone: 'dim' }])
  return lines.length === 0 ? [] : [{ kind: 'notes', lines }]
}

function namespacesText(namespaces: 'all' | readonly string[]): string {
  return namespaces === 'all' ? 'all namespaces' : namespaces.map(escapeText).join(', ')
}

function scopeText({ question }: Diagnosis, home: string | undefined): string {
  switch (question.kind) {
    case 'scan':
      if (home !== undefined) return escapeText(home)
      return namespacesText(question.namespaces)
    case 'routes':
      return namespacesText(question.namespaces)
    case 'service':
      return `${escapeText(question.name)}.${escapeText(question.namespace)}`
    case 'from':
      return escapeText(question.workload.split('/').at(-1) ?? '')
    case 'what':
      return escapeText(question.host)
  }
}

/** Connections that fail, or may fail, because of an error. */
function brokenByErrors({ problems }: Diagnosis): number {
  const paths = problems.flatMap(({ cause, breaks }) => (cause.severity === 'error' ? breaks : []))
  return new Set(paths.filter(isOfSomebody)).size
}

function affectedByAny({ verdict: { connections } }: Diagnosis): boolean {
  return connections.broken + connections.suspect > 0
}

function brokenPart(affected: number, of: number): string {
  return of === 1 ? 'the only connection' : `${affected} of ${count(of, 'connection')}`
}

function headline(diagnosis: Diagnosis, home: string | undefined): Line {
  const { problems, connections } = diagnosis.verdict
  const scope = scopeText(diagnosis, home)
  const affected = brokenByErrors(diagnosis)
  if (problems.error > 0) {
    const breaks =
      affected > 0
        ? ` ${problems.error === 1 ? 'breaks' : 'break'} ${brokenPart(affected, connections.of)}`
        : ''
    const others = connections.broken + connections.suspect - affected
    const besides =
      others > 0 ? `; behind warnings ${others} more ${others === 1 ? 'fails' : 'fail'}, or may` : ''
    return [
      { text: '✗ ', tone: 'bad' },
      { text: scope, tone: 'strong' },
      { text: `: ${count(problems.error, 'problem')}${breaks}${besides}` },
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
