import type { Diagnosis, Problem } from '../../diagnosis/diagnosis.ts'
import type { Hop, HopKind, Outcome, Path } from '../../trace/path.ts'
import type { Span } from '../document.ts'

const symbols: Readonly<Record<Outcome, Span>> = {
  passes: { text: '✓', tone: 'good' },
  fails: { text: '✗', tone: 'bad' },
  partly: { text: '✗', tone: 'bad' },
  unknown: { text: '?', tone: 'unknown' },
  'not-checked': { text: '·', tone: 'dim' },
  'not-applicable': { text: '-', tone: 'dim' },
}

/** A hop behind the one that fails. */
const blank: Span = { text: ' ' }

const saysNothing: ReadonlySet<string> = new Set([
  symbols['not-checked'].text,
  symbols['not-applicable'].text,
  blank.text,
])

const severity: readonly Outcome[] = ['fails', 'partly', 'unknown', 'not-checked', 'passes', 'not-applicable']

/** The hops that a table of connections shows, in the order of the way, with short titles for narrow terminals. */
const columns = [
  ['route', 'route'],
  ['name', 'name'],
  ['dns', 'dns'],
  ['service', 'svc'],
  ['endpoints', 'endpoints'],
  ['egress', 'egress'],
  ['ingress', 'ingress'],
  ['pod', 'pod'],
  ['listener', 'listen'],
] as const satisfies readonly (readonly [HopKind, string])[]

export interface HopTable {
  readonly titles: readonly string[]
  /** One row of cells for each path, in their order. */
  readonly rows: readonly (readonly Span[])[]
}

/**
 * The hops of connections as columns: symbols that say the same without colour. A hop that nobody judged on any of
 * them has no column; the footer names it once.
 */
export function hopTable({ paths, problems }: Diagnosis): HopTable {
  const judged = columns
    .map(([kind, title]) => ({ title, cells: paths.map((path) => hopCell(path, kind, problems)) }))
    .filter(({ cells }) => cells.some(({ text }) => !saysNothing.has(text)))
  return {
    titles: judged.map(({ title }) => title),
    rows: paths.map((_, row) => judged.flatMap(({ cells }) => cells[row] ?? [])),
  }
}

function hopCell(path: Path, kind: HopKind, problems: readonly Problem[]): Span {
  if (isBehindFailure(path, kind)) return blank
  const own = path.hops.find((hop) => hop.kind === kind)
  if (own !== undefined)
    return kind === 'endpoints'
      ? endpointsCell(own, suspectShare(path, problems))
      : symbols[own.verdict.outcome]
  const inBranches = path.hops
    .flatMap((hop) => hop.branches ?? [])
    .flatMap((branch) => branch.hops.filter((hop) => hop.kind === kind))
  const worst = severity.find((outcome) => inBranches.some((hop) => hop.verdict.outcome === outcome))
  return worst === undefined ? blank : symbols[worst]
}

/** Hops are judged beyond a lookup that fails, but no packet gets there. */
function isBehindFailure({ hops, firstBroken }: Path, kind: HopKind): boolean {
  if (firstBroken?.verdict.outcome !== 'fails' || firstBroken.branches !== undefined) return false
  const at = hops.indexOf(firstBroken)
  return !hops.slice(0, at + 1).some((hop) => hop.kind === kind)
}

/** The share of a passing connection that a likely error takes away. */
function suspectShare(path: Path, problems: readonly Problem[]): Path['share'] {
  if (path.firstBroken !== undefined) return undefined
  return problems.find(({ cause, breaks }) => cause.share !== undefined && breaks.includes(path))?.cause.share
}

const isPolicys = ({ verdict: { reason } }: Hop): boolean =>
  reason === 'egress-denied' || reason === 'ingress-denied'

/** `2 ✓`, `1 of 4 ✗`: how many endpoints the connections go to; `1 of 4 !` when a likely error hits that share. */
function endpointsCell(hop: Hop, suspect: Path['share']): Span {
  const { outcome, share } = hop.verdict
  if (suspect !== undefined) return { text: `${suspect.failing} of ${suspect.of} !`, tone: 'warn' }
  const { text, tone } = symbols[outcome]
  const number = hop.branches?.length ?? 0
  // The endpoints are there; the columns of the policies show who stops the packets.
  if (outcome === 'fails' && isPolicys(hop))
    return { text: `${number} ${symbols.passes.text}`, tone: symbols.passes.tone }
  if (share !== undefined) return { text: `${share.failing} of ${share.of} ${text}`, tone }
  return number === 0 ? { text, tone } : { text: `${number} ${text}`, tone }
}
