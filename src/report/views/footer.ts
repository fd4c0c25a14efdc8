import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import { maskUserinfo } from '../../snapshot/mask-text.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Hop, HopKind } from '../../trace/path.ts'
import { connectionText } from '../connection-text.ts'
import type { Line } from '../document.ts'
import { escapeText } from '../escape.ts'
import { doubtText } from '../policy-words.ts'
import { count, plainText } from '../words.ts'

const policies = 'network policies'

const hopNames: Readonly<Record<HopKind, string>> = {
  route: 'routes of controllers that are not known',
  // Names and ports are judged for everyone but Ingresses and Gateway routes.
  name: 'backends that routes name',
  dns: 'cluster DNS',
  service: 'backends that routes name',
  endpoints: 'endpoints',
  egress: policies,
  ingress: policies,
  pod: 'endpoints that are no pods',
  // Neither is in the API.
  listener: 'listeners, node-to-node network',
}

const mostGaps = 5
const mostDoubts = 3

/** What limits the answer: assumptions, what could not be read, what nobody checked. */
export function footer(diagnosis: Diagnosis): readonly Line[] {
  return [
    ...diagnosis.assumptions.map((text): Line => [{ text: `assuming ${plainText(text)}`, tone: 'dim' }]),
    ...gapLines(diagnosis),
    ...doubtLines(diagnosis),
    ...notCheckedLine(diagnosis),
  ]
}

/** How a gap is said to people. */
export function gapText({ kind, namespace, why, permission, detail }: Gap): string {
  const what = namespace === undefined ? kind : `${kind} in namespace ${escapeText(namespace)}`
  const more = detail === undefined ? '' : ` (${escapeText(maskUserinfo(detail))})`
  switch (why) {
    case 'forbidden':
      return permission === undefined ? `no right to read ${what}` : `no right to ${escapeText(permission)}`
    case 'not-asked':
      return `${what}: not part of what was read`
    case 'partial':
      return `${what}: read in part only${more}`
    case 'failed':
      return `${what}: reading failed${more}`
  }
}

function gapLines({ gaps, unknown, extent, question }: Diagnosis): readonly Line[] {
  const ofSize = extent === undefined ? [] : gaps.filter(isNotAsked)
  const others = gaps.filter((gap) => !ofSize.includes(gap))
  const isOfSize = (check: Diagnosis['unknown'][number]): boolean =>
    extent !== undefined && check.gaps.every(isNotAsked)
  const unmadeBySize = unknown.filter(isOfSize).length
  // The callers of a Service are told with where they were looked for.
  const isTold = question.kind === 'service' && unmadeBySize === 0
  return [
    ...unreadLines(others, unknown.filter((check) => !isOfSize(check)).length),
    ...(extent === undefined || isTold ? [] : [extentLine(extent, unmadeBySize)]),
  ]
}

const isNotAsked = ({ why }: Gap): boolean => why === 'not-asked'

function unreadLines(gaps: readonly Gap[], checks: number): readonly Line[] {
  if (gaps.length === 0) return []
  const shown = gaps.slice(0, mostGaps).map(gapText)
  const more = gaps.length > mostGaps ? [`and ${gaps.length - mostGaps} more (-o json has all)`] : []
  return [
    `? ${count(gaps.length, 'part')} of the cluster not read${unmade(checks)}:`,
    ...[...shown, ...more].map((text) => `  ${text}`),
  ].map((text): Line => [{ text, tone: 'unknown' }])
}

/** A large cluster is read only where the answer lies: that is no fault, and said once. */
function extentLine({ namespaces, of }: NonNullable<Diagnosis['extent']>, checks: number): Line {
  return [
    {
      text: `· read: ${namespaces} of ${count(of, 'namespace')} (-A reads all)${unmade(checks)}`,
      tone: 'dim',
    },
  ]
}

const unmade = (checks: number): string =>
  checks === 0 ? '' : `, so ${count(checks, 'check')} could not be made`

/** Connections of which policies leave open whether they pass, and why. */
function doubtLines({ paths }: Diagnosis): readonly Line[] {
  const lines = paths.flatMap(({ connection, hops }) => {
    const [doubt] = hops.flatMap(({ verdict }) => verdict.doubts ?? [])
    return doubt === undefined ? [] : [`? ${connectionText(connection)}: ${doubtText(doubt)}`]
  })
  const shown = lines.slice(0, mostDoubts)
  const more =
    lines.length > shown.length ? [`? and ${lines.length - shown.length} more (-o json has all)`] : []
  return [...shown, ...more].map((text): Line => [{ text, tone: 'unknown' }])
}

function notCheckedLine({ notChecked, paths }: Diagnosis): readonly Line[] {
  const names = [...new Set(notChecked.map((hop) => hopNames[hop]))].map((name) =>
    name === policies && paths.some(({ hops }) => hops.some(isJudgedByPolicy))
      ? `${name} for other clients than workloads`
      : name,
  )
  return names.length === 0 ? [] : [[{ text: `· not checked: ${names.join(', ')}`, tone: 'dim' }]]
}

function isJudgedByPolicy({ kind, verdict, branches = [] }: Hop): boolean {
  const isPolicy = hopNames[kind] === policies
  if (isPolicy && verdict.outcome !== 'not-checked' && verdict.outcome !== 'not-applicable') return true
  return branches.some(({ hops }) => hops.some(isJudgedByPolicy))
}
