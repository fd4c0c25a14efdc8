import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import { seenWords } from '../../diagnosis/what/meaning.ts'
import type { Owner } from '../../diagnosis/what/owners.ts'
import type { What } from '../../diagnosis/what/what.ts'
import { type Connection, clientReference } from '../../network/traffic/connection.ts'
import type { Path } from '../../trace/path.ts'
import { clientText, targetText } from '../connection-text.ts'
import type { Block, Document, Line, Row, Span } from '../document.ts'
import { escapeText } from '../escape.ts'
import { instruction } from '../instructions.ts'
import { plainText, resourceName } from '../words.ts'
import { sourceText } from './client.ts'
import { gapText } from './footer.ts'
import { hopTable } from './hop-cells.ts'
import type { ViewOptions } from './problem.ts'
import { notesBlock, problemBlocks } from './scan.ts'

const mostRows = 12

/** Whose an address or a name is, who dials it and where that is written, what a message about it can mean, what to do. */
export function whatView(what: What, options: ViewOptions): Document {
  const { diagnosis } = what
  return [
    { kind: 'headline', line: headline(what) },
    ...ownerBlock(what),
    ...dialled(diagnosis, options),
    ...problemBlocks(diagnosis, options),
    ...notesBlock(diagnosis, options),
  ]
}

function headline({ asked: { target }, ownership: { owners, gaps }, diagnosis }: What): Line {
  const [first] = owners
  const host = target.address === 6 && target.port !== undefined ? `[${target.host}]` : target.host
  const name = escapeText(target.port === undefined ? host : `${host}:${target.port}`)
  const isNobody = owners.every(({ kind }) => !owning.has(kind))
  const isBroken = diagnosis.problems.some(({ cause }) => cause.severity === 'error')
  const mark: Line[number] =
    isNobody && gaps.length > 0
      ? { text: '? ', tone: 'unknown' }
      : isBroken || first?.kind === 'pod-range' || first?.kind === 'missing-service'
        ? { text: '✗ ', tone: 'bad' }
        : { text: '✓ ', tone: 'good' }
  return [
    mark,
    { text: name, tone: 'strong' },
    { text: first === undefined ? '' : `: ${plainText(first.says)}` },
  ]
}

/** Kinds of owners that have the address or the name now. */
const owning: ReadonlySet<Owner['kind']> = new Set([
  'pod',
  'service',
  'node',
  'ingress',
  'special',
  'external',
])

function ownerBlock({ asked, ownership, others, meaning, next, diagnosis }: What): readonly Block[] {
  const more = ownership.owners.slice(1)
  const rows: Row[] = [
    { label: 'also', lines: more.map(({ says }) => ({ text: plainText(says) })) },
    ...others.map(({ role, host, ownership: { owners } }) => ({
      label: role === 'resolved' ? 'became' : 'from',
      lines: owners.slice(0, 2).map(({ says }) => ({ text: `${escapeText(host)}: ${plainText(says)}` })),
    })),
    {
      label: 'means',
      lines: meaning.map((text, index) => ({
        text:
          index === 0 && asked.seen !== undefined
            ? `${seenWords[asked.seen]}: ${plainText(text)}`
            : plainText(text),
      })),
    },
    {
      label: 'dialled',
      lines: diagnosis.paths.some(isReal)
        ? []
        : [{ text: 'by nobody whose env, args, commands or ConfigMaps show it' }],
    },
    { label: 'next', lines: next.map(instruction) },
    {
      label: 'unread',
      lines: ownership.gaps.slice(0, 4).map((gap) => ({ text: gapText(gap) })),
    },
  ]
  const shown = rows.filter(({ lines }) => lines.length > 0)
  return shown.length === 0 ? [] : [{ kind: 'rows', rows: shown }]
}

const isReal = ({ connection }: Diagnosis['paths'][number]): boolean => connection.client.kind !== 'anyone'

/** Hop by hop in wide form; else how each way ends, for addresses and what holds them are long. */
function dialled(diagnosis: Diagnosis, { isWide }: ViewOptions): readonly Block[] {
  const paths = diagnosis.paths.filter(isReal)
  if (paths.length === 0) return []
  const { titles, rows } = hopTable({ ...diagnosis, paths })
  const shown = isWide ? paths : paths.slice(0, mostRows)
  return [
    {
      kind: 'table',
      columns: ['dialled by', 'as', ...(isWide ? titles : ['way']), 'written in'],
      rows: shown.map((path, row) => [
        { text: clientName(path.connection) },
        { text: targetText(path.connection) },
        ...(isWide ? (rows[row] ?? []) : [wayCell(path, diagnosis)]),
        { text: sourceText(path), tone: 'dim' as const },
      ]),
      note:
        paths.length > shown.length
          ? [{ text: `and ${paths.length - shown.length} more: -o wide`, tone: 'dim' }]
          : undefined,
    },
  ]
}

/** `✗ dns`: the hop where a way ends. */
function wayCell(path: Path, { problems }: Diagnosis): Span {
  const { outcome, firstBroken, share } = path
  if (firstBroken !== undefined) {
    const part = share === undefined ? '' : ` ${share.failing} of ${share.of}`
    return { text: `✗ ${firstBroken.kind}${part}`, tone: 'bad' }
  }
  const isSuspect = problems.some(({ cause, breaks }) => cause.severity === 'error' && breaks.includes(path))
  if (isSuspect) return { text: '! may fail', tone: 'warn' }
  return outcome === 'passes'
    ? { text: '✓', tone: 'good' }
    : outcome === 'unknown'
      ? { text: '? unknown', tone: 'unknown' }
      : { text: '·', tone: 'dim' }
}

function clientName({ client }: Connection): string {
  const reference = clientReference(client)
  return client.kind === 'workload' && reference !== undefined
    ? escapeText(resourceName(reference))
    : clientText(client)
}
