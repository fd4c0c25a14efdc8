import type { PolicyFault } from '../../diagnosis/flow/invalid.ts'
import type { MatrixCell, MatrixRange } from '../../network/policy/matrix.ts'
import type { Protocol } from '../../network/policy/model.ts'
import type { Gap, ObjectReference, Snapshot } from '../../snapshot/snapshot.ts'
import type { Block, Document, Line, Row, Span } from '../document.ts'
import { escapeText } from '../escape.ts'
import { portsText } from '../flow-end-text.ts'
import { count, resourceName } from '../words.ts'

/** What a row and a column stand for. */
export interface MatrixGroup {
  readonly kind: 'workload' | 'namespace' | 'other-namespaces' | 'outside'
  /** Of a workload. */
  readonly reference?: ObjectReference | undefined
  /** Of a workload or a namespace. */
  readonly namespace?: string | undefined
  readonly pods: number
  /** Ports that its pods declare. */
  readonly ports: readonly { readonly protocol: Protocol; readonly port: number }[]
}

export interface Matrix {
  readonly groups: readonly MatrixGroup[]
  readonly cells: readonly MatrixCell[]
  readonly namespaces: readonly string[]
  readonly gaps: readonly Gap[]
  /** Policies that the API server would refuse. */
  readonly refused: readonly PolicyFault[]
}

type State = 'all' | 'some' | 'none' | 'unknown' | 'nobody'

const marks: Readonly<Record<State, Span>> = {
  all: { text: '✓', tone: 'good' },
  some: { text: '~', tone: 'warn' },
  none: { text: '✗', tone: 'bad' },
  unknown: { text: '?', tone: 'unknown' },
  nobody: { text: '·', tone: 'dim' },
}

const mostDetails = 20

/** Beside the marks of so many groups there is room for names at 80 columns. */
const screen = 80

/** Rows reach columns; numbers keep it narrow. What is neither all nor nothing is told below. */
export function matrixView(matrix: Matrix, isWide: boolean): Document {
  const { groups, cells, namespaces } = matrix
  const where =
    namespaces.length === 1 ? escapeText(namespaces[0] ?? '') : count(namespaces.length, 'namespace')
  const workloads = groups.filter(({ kind }) => kind === 'workload' || kind === 'namespace').length
  const what = groups.some(({ kind }) => kind === 'namespace') ? 'namespace' : 'workload'
  const partial = partialLines(cells, groups)
  const details = isWide ? partial : partial.slice(0, mostDetails)
  const more = partial.length - details.length
  const isQualified = namespaces.length > 1
  const names = groups.map((group) => groupName(group, isQualified))
  const isNamed = isWide || fits(names)
  return [
    {
      kind: 'headline',
      line: [{ text: `${where}: who reaches whom, ${count(workloads, what)}`, tone: 'strong' }],
    },
    isNamed ? namedTable(matrix, names) : numberedTable(matrix),
    ...(isNamed ? [] : [{ kind: 'rows' as const, rows: legend(groups) }]),
    ...(details.length === 0
      ? []
      : [
          {
            kind: 'notes' as const,
            lines: [
              ...details,
              ...(more > 0 ? [[{ text: `and ${more} more like these (-o wide, csv or json has all)` }]] : []),
            ],
          },
        ]),
    ...gapNotes(matrix.gaps),
    ...refusedNotes(matrix.refused),
  ]
}

function fits(names: readonly string[]): boolean {
  const marks = names.reduce((sum, _, index) => sum + 2 + String(index + 1).length, 0)
  const label = Math.max(...names.map((name, index) => `${index + 1} ${name}`.length))
  return 2 + label + marks <= screen
}

const key: Line = [
  {
    text: '  ✓ each port that it declares, or all   ~ some, see below   ✗ none   ? unknown',
    tone: 'dim',
  },
]

function mark({ cells, groups }: Matrix, source: number, destination: number): Span {
  const cell = cells[source * groups.length + destination]
  return marks[cell === undefined ? 'nobody' : stateOf(cell, groups)]
}

function namedTable(matrix: Matrix, names: readonly string[]): Block {
  return {
    kind: 'table',
    columns: ['from \\ to', ...names.map((_, index) => String(index + 1))],
    rows: names.map((name, source) => [
      { text: `${source + 1} ${name}` },
      ...names.map((_, destination) => mark(matrix, source, destination)),
    ]),
    note: key,
  }
}

/** Two digits above each other, so that forty columns fit. */
function numberedTable(matrix: Matrix): Block {
  const { groups } = matrix
  const digits = (of: (number: number) => number): string => groups.map((_, index) => of(index + 1)).join(' ')
  return {
    kind: 'table',
    columns: ['from', digits((number) => Math.floor(number / 10))],
    rows: [
      [
        { text: '\\ to', tone: 'dim' },
        { text: digits((number) => number % 10), tone: 'dim' },
      ],
      ...groups.map((_, source) => [
        { text: String(source + 1).padStart(2, '0') },
        { text: groups.map((_group, destination) => mark(matrix, source, destination).text).join(' ') },
      ]),
    ],
    note: key,
  }
}

/** What the numbers stand for, namespace by namespace. */
function legend(groups: readonly MatrixGroup[]): readonly Row[] {
  const numbered = groups.map((group, index) => ({ group, number: index + 1 }))
  const byNamespace = Map.groupBy(numbered, ({ group }) =>
    group.kind === 'workload' ? (group.namespace ?? '') : '',
  )
  return [...byNamespace].map(([namespace, members]): Row => {
    const names = members.map(({ group, number }) => {
      const { reference } = group
      const name = reference === undefined ? groupName(group, false) : escapeText(resourceName(reference))
      return `${number}=${name}`
    })
    return { label: escapeText(namespace), lines: [{ text: names.join(', ') }] }
  })
}

/** `deploy/web -> deploy/api: only TCP 80`; the same for several sources is said once. */
function partialLines(cells: readonly MatrixCell[], groups: readonly MatrixGroup[]): readonly Line[] {
  const told = cells
    .filter((cell) => stateOf(cell, groups) === 'some')
    .map((cell) => ({ cell, words: partWords(cell, groups) }))
  const alike = Map.groupBy(told, ({ cell, words }) => `${cell.destination} ${words}`)
  return [...alike.values()].map((members): Line => {
    const [first] = members
    const sources = members.map(({ cell }) => cell.source + 1)
    const target = (first?.cell.destination ?? 0) + 1
    return [{ text: `~ ${rangesText(sources)} -> ${target}: ${first?.words ?? ''}` }]
  })
}

/** `1, 4-7`. */
function rangesText(numbers: readonly number[]): string {
  const ranges: { readonly first: number; readonly last: number }[] = []
  for (const number of numbers) {
    const last = ranges.at(-1)
    if (last !== undefined && last.last + 1 === number)
      ranges[ranges.length - 1] = { first: last.first, last: number }
    else ranges.push({ first: number, last: number })
  }
  return ranges.map(({ first, last }) => (first === last ? first : `${first}-${last}`)).join(', ')
}

function refusedNotes(refused: readonly PolicyFault[]): Document {
  const names = [...new Set(refused.map(({ policy }) => `${policy.namespace ?? ''}/${resourceName(policy)}`))]
  if (names.length === 0) return []
  const shown = names.slice(0, mostRefused).map(escapeText).join(', ')
  const more = names.length > mostRefused ? ` and ${names.length - mostRefused} more` : ''
  const text = `! invalid, so that parts of them match nothing here: ${shown}${more} (see kubectl netdoctor policy)`
  return [{ kind: 'notes', lines: [[{ text, tone: 'warn' }]] }]
}

const mostRefused = 3

function gapNotes(gaps: readonly Gap[]): Document {
  if (gaps.length === 0) return []
  const text = `? ${count(gaps.length, 'part')} of the cluster not read: pods there are not in this table`
  return [{ kind: 'notes', lines: [[{ text, tone: 'unknown' }]] }]
}

function groupName({ kind, reference, namespace = '' }: MatrixGroup, isQualified: boolean): string {
  if (kind === 'outside') return '(outside)'
  if (kind === 'other-namespaces') return '(other namespaces)'
  if (reference === undefined) return escapeText(namespace)
  return escapeText(isQualified ? `${namespace}/${resourceName(reference)}` : reference.name)
}

/** The ranges that hold a port which the destination declares; all of them where it declares none. */
function askedRanges(
  { ranges, destination }: MatrixCell,
  groups: readonly MatrixGroup[],
): readonly MatrixRange[] {
  const ports = groups[destination]?.ports ?? []
  if (ports.length === 0) return ranges
  return ranges.filter(({ protocol, from, to }) =>
    ports.some((item) => item.protocol === protocol && item.port >= from && item.port <= to),
  )
}

function stateOf(cell: MatrixCell, groups: readonly MatrixGroup[]): State {
  const ranges = askedRanges(cell, groups)
  if (ranges.length === 0) return 'nobody'
  const total = (part: 'passes' | 'fails' | 'unknown' | 'partly'): number =>
    ranges.reduce((sum, range) => sum + range[part], 0)
  const [passes, fails, unknown, partly] = [
    total('passes'),
    total('fails'),
    total('unknown'),
    total('partly'),
  ]
  if (fails + unknown + partly === 0) return 'all'
  if (passes + unknown + partly === 0) return 'none'
  return passes + partly === 0 ? 'unknown' : 'some'
}

/** `only TCP 8080, 2 of 4 pairs on TCP 9090`. */
function partWords(cell: MatrixCell, groups: readonly MatrixGroup[]): string {
  const parts = [
    ...Map.groupBy(
      askedRanges(cell, groups).map((range) => asked(range, cell, groups)),
      share,
    ),
  ]
  const told = parts.flatMap(([words, ranges]) =>
    words === undefined ? [] : [`${words}${portsText(ranges)}`],
  )
  return `only ${told.join(', ')}`
}

/** A range cut down to the one declared port that it holds. */
function asked(range: MatrixRange, { destination }: MatrixCell, groups: readonly MatrixGroup[]): MatrixRange {
  const ports = (groups[destination]?.ports ?? []).filter(
    ({ protocol, port }) => protocol === range.protocol && port >= range.from && port <= range.to,
  )
  const [only] = ports
  return only === undefined || ports.length > 1 ? range : { ...range, from: only.port, to: only.port }
}

/** Which pairs pass: '' for all, `undefined` for none. */
function share({ passes, fails, unknown, partly }: MatrixRange): string | undefined {
  const all = passes + fails + unknown + partly
  if (passes === all) return ''
  const some = [
    ...(passes > 0 ? [`${passes} of ${count(all, 'pair')} on `] : []),
    ...(passes === 0 && partly > 0 ? ['in one address family: '] : []),
    ...(passes + partly === 0 && unknown > 0 ? ['perhaps '] : []),
  ]
  return some[0]
}

const csvColumns = [
  ...['from_namespace', 'from_kind', 'from_name', 'to_namespace', 'to_kind', 'to_name'],
  ...['protocol', 'from_port', 'to_port', 'verdict', 'pairs', 'allowed', 'denied', 'unknown', 'partly'],
]

/** One row for each two groups and range of ports, in the order of the groups. */
export function matrixRows({ groups, cells }: Matrix): {
  readonly columns: readonly string[]
  readonly rows: readonly (readonly (string | number)[])[]
} {
  const rows = cells.flatMap(({ source, destination, ranges }) => {
    const ends = [...endCells(groups[source]), ...endCells(groups[destination])]
    return ranges.map(({ protocol, from, to, passes, fails, unknown, partly }) => {
      const all = passes + fails + unknown + partly
      const verdict =
        passes === all ? 'allow' : fails === all ? 'deny' : unknown === all ? 'unknown' : 'partly'
      return [...ends, protocol, from, to, verdict, all, passes, fails, unknown, partly]
    })
  })
  return { columns: csvColumns, rows }
}

function endCells(group: MatrixGroup | undefined): readonly string[] {
  const { kind = 'outside', reference, namespace = '' } = group ?? {}
  return reference === undefined ? [namespace, kind, ''] : [namespace, reference.kind, reference.name]
}

const matrixSchema = 'netdoctor/policy-matrix/v1'

/** The matrix as data, as docs/schema/policy-matrix.schema.json describes it: groups, then each cell by their indexes. */
export function matrixResult({ groups, cells, namespaces, gaps }: Matrix, { takenAt, server }: Snapshot) {
  return {
    schema: matrixSchema,
    takenAt,
    server,
    question: { command: 'policy --matrix', namespaces },
    groups: groups.map(({ kind, reference, namespace, pods, ports }) => ({
      kind,
      ref: reference,
      namespace,
      pods,
      ports,
    })),
    cells: cells
      .filter(({ ranges }) => ranges.length > 0)
      .map(({ source, destination, ranges }) => ({
        from: source,
        to: destination,
        ranges: ranges.map(({ protocol, from, to, passes, fails, unknown, partly }) => ({
          protocol,
          from,
          to,
          pairs: { allowed: passes, denied: fails, unknown, partly },
        })),
      })),
    gaps,
  }
}
