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

/** One cell of the hop table: a symbol that says the same without colour. */
export function hopCell(path: Path, kind: HopKind): Span {
  const own = path.hops.find((hop) => hop.kind === kind)
  if (own !== undefined) return kind === 'endpoints' ? endpointsCell(own) : symbols[own.verdict.outcome]
  const inBranches = path.hops
    .flatMap((hop) => hop.branches ?? [])
    .flatMap((branch) => branch.hops.filter((hop) => hop.kind === kind))
  const worst = severity.find((outcome) => inBranches.some((hop) => hop.verdict.outcome === outcome))
  return worst === undefined ? { text: ' ' } : symbols[worst]
}

/** `2 ✓`, `1 of 4 ✗`: how many endpoints the connections go to. */
function endpointsCell(hop: Hop): Span {
  const { outcome, share } = hop.verdict
  const { text, tone } = symbols[outcome]
  const number = hop.branches?.length ?? 0
  if (share !== undefined) return { text: `${share.failing} of ${share.of} ${text}`, tone }
  return number === 0 ? { text, tone } : { text: `${number} ${text}`, tone }
}
