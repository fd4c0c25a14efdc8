import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import type { Block, Document, Line } from '../document.ts'
import { escapeText } from '../escape.ts'
import { count } from '../words.ts'
import { footer } from './footer.ts'
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
export function problemBlocks({ problems, takenAt }: Diagnosis, options: ViewOptions): readonly Block[] {
  return problems.flatMap((problem) => {
    if (options.isWide || problem.cause.severity === 'error') return [problemBlock(problem, takenAt, options)]
    return problem.cause.severity === 'warning' ? [problemLine(problem)] : []
  })
}

export function notesBlock(diagnosis: Diagnosis, options: ViewOptions): readonly Block[] {
  const { warning, note } = diagnosis.verdict.problems
  const hidden = [
    ...(warning > 0 ? [count(warning, 'warning')] : []),
    ...(note > 0 ? [count(note, 'note')] : []),
  ]
  const lines: Line[] = [...footer(diagnosis)]
  if (!options.isWide && hidden.length > 0)
    lines.unshift([{ text: `${hidden.join(', ')}: -o wide shows them in full`, tone: 'dim' }])
  return lines.length === 0 ? [] : [{ kind: 'notes', lines }]
}

export function scopeText({ question }: Diagnosis): string {
  switch (question.kind) {
    case 'scan':
      return question.namespaces === 'all' ? 'all namespaces' : question.namespaces.map(escapeText).join(', ')
    case 'service':
      return `${escapeText(question.name)}.${escapeText(question.namespace)}`
    case 'from':
      return escapeText(question.workload.split('/').at(-1) ?? '')
  }
}

function headline(diagnosis: Diagnosis): Line {
  const { problems, connections } = diagnosis.verdict
  const scope = scopeText(diagnosis)
  const affected = connections.broken + connections.suspect
  if (problems.error > 0) {
    const breaks =
      affected > 0
        ? ` ${problems.error === 1 ? 'breaks' : 'break'} ${affected} of ${count(connections.of, 'connection')}`
        : ''
    return [{ text: `${scope}: ${count(problems.error, 'problem')}${breaks}`, tone: 'strong' }]
  }
  if (connections.unknown > 0) {
    return [
      { text: '? ', tone: 'unknown' },
      {
        text: `${scope}: no error found, but ${connections.unknown} of ${count(connections.of, 'connection')} cannot be judged`,
        tone: 'strong',
      },
    ]
  }
  const warnings = problems.warning > 0 ? `, ${count(problems.warning, 'warning')}` : ''
  return [
    { text: '✓ ', tone: 'good' },
    {
      text: `${scope}: no error found${connections.of > 0 ? ` on ${count(connections.of, 'connection')}` : ', and nobody dials anything there that objects show'}${warnings}`,
      tone: 'strong',
    },
  ]
}
