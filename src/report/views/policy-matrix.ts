import type { MatrixCell, MatrixRange } from '../../network/policy/matrix.ts'
import type { Protocol } from '../../network/policy/model.ts'
import type { Gap, ObjectReference, Snapshot } from '../../snapshot/snapshot.ts'
import type { Document, Line, Span } from '../document.ts'
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

/** Rows reach columns; numbers keep it narrow. What is neither all nor nothing is told below. */
export function matrixView(matrix: Matrix, isWide: boolean): Document {
  const { groups, cells, namespaces } = matrix
  const where =
    namespaces.length === 1 ? escapeText(namespaces[0] ?? '') : count(namespaces.length, 'namespace')
  const workloads = groups.filter(({ kind }) => kind === 'workload' || kind === 'namespace').length
  const what = groups.some(({ kind }) => kind === 'namespace') ? 'namespace' : 'workload'
  const partial = cells.filter((cell) => stateOf(cell, groups) === 'some')
  const details = (isWide ? partial : partial.slice(0, mostDetails)).map((cell) => detail(cell, groups))
  const more = partial.length - details.length
  return [
    {
      kind: 'headline',
      line: [{ text: `${where}: who reaches whom, ${count(workloads, what)}`, tone: 'strong' }],
    },
    {
      kind: 'table',
      columns: ['from \\ to', ...groups.map((_, index) => String(index + 1))],
      rows: groups.map((group, source) => [
        { text: `${source + 1} ${groupName(group, namespaces.length > 1)}` },
        ...groups.map((_, destination): Span => {
          const cell = cells[source * groups.length + destination]
          return marks[cell === undefined ? 'nobody' : stateOf(cell, groups)]
        }),
      ]),
      note: [
        {
          text: '  ✓ every declared port   ~ some   ✗ none   ? undefined or unknown   · no pair',
          tone: 'dim',
        },
      ],
    },
    ...(details.length === 0
      ? []
      : [
          {
            kind: 'notes' as const,
            lines: [
              ...details,
              ...(more > 0
                ? [[{ text: `and ${more} more cells with ~ (-o wide, csv or json has all)` }]]
                : []),
            ],
          },
        ]),
    ...gapNotes(matrix.gaps),
  ]
}

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

/** `1 -> 3: TCP 8080; 2 of 4 pairs on TCP 9090`. */
function detail(cell: MatrixCell, groups: readonly MatrixGroup[]): Line {
  const parts = [
    ...Map.groupBy(
      askedRanges(cell, groups).map((range) => asked(range, cell, groups)),
      share,
    ),
  ]
  const told = parts.flatMap(([words, ranges]) =>
    words === undefined ? [] : [`${words}${portsText(ranges)}`],
  )
  return [{ text: `${cell.source + 1} -> ${cell.destination + 1}: ${told.join(', ')}` }]
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
