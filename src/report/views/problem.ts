import type { FixCheck, OfferedFix, Problem, SpecChange, TriedWay } from '../../diagnosis/diagnosis.ts'
import type { Evidence, Finding, Severity } from '../../rules/finding.ts'
import { maskUserinfo } from '../../snapshot/mask-text.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import type { Path } from '../../trace/path.ts'
import { commandFor } from '../commands.ts'
import { connectionText, targetText } from '../connection-text.ts'
import type { Block, Row, RowLine, Span } from '../document.ts'
import { escapeText } from '../escape.ts'
import { instruction, isForLater } from '../instructions.ts'
import { opensText } from '../opens-text.ts'
import { count, duration, plainText, resourceName } from '../words.ts'

export interface ViewOptions {
  /** Everything in full: evidence, symptoms, notes. */
  readonly isWide: boolean
  /** Whether the picture was taken just now. */
  readonly isLive: boolean
  /** Whose problems need no namespace in front of them; absent where there are several. */
  readonly home?: string | undefined
  /** `file:line:column` of a field, for files. */
  readonly locate?: ((reference: ObjectReference, field: string) => string | undefined) | undefined
}

const marks: Readonly<Record<Severity, Span>> = {
  error: { text: '✗', tone: 'bad' },
  warning: { text: '!', tone: 'warn' },
  note: { text: 'i', tone: 'dim' },
}

/** Longer lists end with "and N more"; the JSON form has all of them. */
const mostLines = 6

/** One problem in full: what, why, what it breaks, what changed, the fix and what came of trying it. */
export function problemBlock(problem: Problem, takenAt: string, options: ViewOptions): Block {
  const { cause, symptoms, breaks, later, through, changed, logs, fix, fixCheck } = problem
  const rows: (Row | undefined)[] = [
    row('breaks', breakLines(breaks, later, through, cause.share)),
    row(
      'changed',
      changed.map((change) => ({ text: changeText(change, takenAt, options) })),
    ),
    row(
      'log',
      logs.map((line) => ({ text: escapeText(maskUserinfo(line)) })),
    ),
    ...fixRows(fix, fixCheck),
    row('next', (cause.advice ?? []).map(instruction)),
    confirmRow(cause),
    ...(options.isWide
      ? [
          row('proof', evidenceLines(cause.evidence, options)),
          row(
            'also',
            symptoms.map((symptom) => ({ text: `${plainText(symptom.summary)} (${symptom.rule})` })),
          ),
        ]
      : []),
  ]
  return {
    kind: 'entry',
    mark: marks[cause.severity],
    title: title(cause, options),
    aside: cause.rule,
    paragraphs: cause.detail === undefined ? [] : [plainText(cause.detail)],
    rows: rows.filter((item) => item !== undefined),
  }
}

/** One problem in one line, for those that are not errors. */
export function problemLine({ cause }: Problem, options: ViewOptions): Block {
  return {
    kind: 'entry',
    mark: marks[cause.severity],
    title: title(cause, options),
    aside: cause.rule,
    paragraphs: [],
    rows: [],
  }
}

/** What is wrong, with the namespace where it is not the one that was asked about: names alone are not unique. */
function title({ about: { namespace }, summary }: Finding, { home }: ViewOptions): string {
  const where = namespace === undefined || namespace === home ? '' : `${escapeText(namespace)}: `
  return `${where}${plainText(summary)}`
}

function row(label: string, lines: readonly RowLine[]): Row | undefined {
  if (lines.length === 0) return undefined
  const shown = lines.slice(0, mostLines)
  const more = lines.length - shown.length
  return { label, lines: more === 0 ? shown : [...shown, { text: `and ${more} more (-o json has all)` }] }
}

function breakLines(
  breaks: readonly Path[],
  later: readonly Path[],
  through: readonly Path[],
  share: Path['share'],
): readonly RowLine[] {
  const named = breaks.filter((path) => path.connection.client.kind !== 'anyone')
  const texts = named.map((path) => {
    const text = breakText(path, later.includes(path), share)
    return through.includes(path) ? `${text}, whose pods are not ready because of it` : text
  })
  return [...new Set(texts)].map((text) => ({ text }))
}

/** The part of a connection that a problem takes: of one that stops before, what it would take. */
function breakText(path: Path, isLater: boolean, share: Path['share']): string {
  const part = isLater || path.firstBroken === undefined ? share : path.share
  return part === undefined
    ? connectionText(path.connection)
    : `${connectionText(path.connection)} (${part.failing} of ${part.of})`
}

function changeText(
  { reference, manager, time }: SpecChange,
  takenAt: string,
  { isLive }: ViewOptions,
): string {
  const age = duration(Date.parse(takenAt) - Date.parse(time))
  const when = isLive ? `${age} ago` : `${age} before this picture`
  return `${escapeText(resourceName(reference))}, ${when}, by ${escapeText(manager)}`
}

/** What is not proven says so, and how to make sure where that can be done today. */
function confirmRow({ proof, confirm }: Finding): Row | undefined {
  const how = confirm === undefined || isForLater(confirm) ? undefined : instruction(confirm)
  if (proof !== 'likely') return how === undefined ? undefined : row('confirm', [how])
  if (how === undefined) return row('likely', [{ text: 'the objects suggest it and do not prove it' }])
  if (how.text === undefined) return row('likely', [{ text: 'to confirm:', command: how.command }])
  const joint = how.command === undefined ? ': ' : ', '
  return row('likely', [{ text: `to confirm${joint}${how.text}`, command: how.command }])
}

function fixRows(fix: OfferedFix | undefined, check: FixCheck | undefined): readonly (Row | undefined)[] {
  if (fix === undefined) return []
  const commands = fix.edits.map((edit): RowLine => ({ command: commandFor(edit) }))
  const after: RowLine[] = []
  if (fix.note !== undefined) after.push(instruction(fix.note))
  if (check !== undefined) after.push({ text: checkText(check, fix.edits[0]?.reference.namespace) })
  if (fix.owner !== undefined) after.push({ text: ownerText(fix.owner) })
  return [
    row('fix', [...commands, ...after]),
    row(
      'undo',
      (fix.undo ?? []).map((edit) => ({ command: commandFor(edit) })),
    ),
  ]
}

function checkText(
  { outcome, reason, introduces, ways, opens = [] }: FixCheck,
  home: string | undefined,
): string {
  const words = waysWords(ways)
  const works = words.length === 0 ? '' : `: ${words.join('; ')}`
  const opened = opens.length === 0 ? '' : `; ${opensText(opens, home)}`
  const brings =
    introduces.length === 0
      ? ''
      : `. But it would bring ${count(introduces.length, 'new problem')}: ${[...new Set(introduces.map((finding) => finding.rule))].join(', ')}`
  const because = reason === undefined ? '' : `; ${plainText(reason)}`
  switch (outcome) {
    case 'works':
      return `tried on a copy${works === '' ? ': the problem is gone' : works}${opened}${brings}`
    case 'partly':
      return `tried on a copy${works === '' ? `: the problem is gone${because}` : works}${opened}${brings}`
    case 'not-checkable':
      return `tried on a copy: the problem is gone there${because}${opened}${brings}`
  }
}

const mostTargets = 3

/** `-> auth-service works`, `-> payment-service gets as far as the next problem`. */
function waysWords(ways: readonly TriedWay[]): readonly string[] {
  const named = ways.filter(({ path }) => path.connection.client.kind !== 'anyone')
  const isMended = ({ path, after, next }: TriedWay): boolean =>
    next === undefined &&
    path.outcome !== after.outcome &&
    (after.outcome === 'passes' || after.outcome === 'not-checked')
  const goesOn = ({ after, next }: TriedWay): boolean =>
    next !== undefined || after.outcome === 'fails' || after.outcome === 'partly'
  return [
    ...targets(named.filter(isMended), 'works', 'work'),
    ...targets(named.filter(goesOn), 'gets as far as the next problem', 'get as far as the next problem'),
  ]
}

function targets(ways: readonly TriedWay[], one: string, many: string): readonly string[] {
  const names = [...new Set(ways.map(({ path }) => targetText(path.connection)))]
  if (names.length === 0) return []
  const shown = names.slice(0, mostTargets)
  const more = names.length > shown.length ? ` and ${names.length - shown.length} more` : ''
  return [`-> ${shown.join(', ')}${more} ${names.length === 1 ? one : many}`]
}

const owners = { helm: 'Helm', 'argo-cd': 'Argo CD', flux: 'Flux', controller: 'its controller' } as const

export function ownerText({ kind, name }: NonNullable<OfferedFix['owner']>): string {
  const named = name === undefined ? '' : ` (${escapeText(name)})`
  return `${owners[kind]}${named} owns this object and would take the change back: mend it there too`
}

function evidenceLines(evidence: readonly Evidence[], { locate }: ViewOptions): readonly RowLine[] {
  return evidence.map(({ reference, field, value, line }) => {
    const at = locate?.(reference, field)
    const inside = line === undefined ? '' : ` line ${line}`
    const shown = value === undefined ? 'absent' : escapeText(maskUserinfo(String(value)))
    return {
      text: `${escapeText(resourceName(reference))} ${escapeText(field)}${inside}: ${shown}${at === undefined ? '' : ` (${at})`}`,
    }
  })
}
