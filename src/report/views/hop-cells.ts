import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
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

const severity: readonly Outcome[] = ['fails', 'partly', 'unknown', 'not-checked', 'passes', 'not-applicable']

/** The hops that a table of connections shows, in the order of the way, with short titles for narrow terminals. */
const columns = [
  ['name', 'name'],
  ['service', 'svc'],
  ['endpoints', 'endpoints'],
  ['egress', 'egress'],
  ['ingress', 'ingress'],
  ['pod', 'pod'],
  ['listener', 'listen'],
] as const satisfies readonly (readonly [HopKind, string])[]

export const hopTitles: readonly string[] = columns.map(([, title]) => title)

/** The cells of one connection: symbols that say the same without colour. */
export function hopCells(path: Path, diagnosis: Diagnosis): readonly Span[] {
  return columns.map(([kind]) => hopCell(path, kind, diagnosis))
}

function hopCell(path: Path, kind: HopKind, diagnosis: Diagnosis): Span {
  const own = path.hops.find((hop) => hop.kind === kind)
  if (own !== undefined)
    return kind === 'endpoints'
      ? endpointsCell(own, suspectShare(path, diagnosis))
      : symbols[own.verdict.outcome]
  const inBranches = path.hops
    .flatMap((hop) => hop.branches ?? [])
    .flatMap((branch) => branch.hops.filter((hop) => hop.kind === kind))
  const worst = severity.find((outcome) => inBranches.some((hop) => hop.verdict.outcome === outcome))
  return worst === undefined ? { text: ' ' } : symbols[worst]
}

/** The share of a passing connection that a likely error takes away. */
function suspectShare(path: Path, { problems }: Diagnosis): Path['share'] {
  if (path.firstBroken !== undefined) return undefined
  return problems.find(({ cause, breaks }) => cause.share !== undefined && breaks.includes(path))?.cause.share
}

/** `2 ✓`, `1 of 4 ✗`: how many endpoints the connections go to; `1 of 4 !` when a likely error hits that share. */
function endpointsCell(hop: Hop, suspect: Path['share']): Span {
  const { outcome, share } = hop.verdict
  if (suspect !== undefined) return { text: `${suspect.failing} of ${suspect.of} !`, tone: 'warn' }
  const { text, tone } = symbols[outcome]
  const number = hop.branches?.length ?? 0
  if (share !== undefined) return { text: `${share.failing} of ${share.of} ${text}`, tone }
  return number === 0 ? { text, tone } : { text: `${number} ${text}`, tone }
}
