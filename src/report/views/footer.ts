import type { Diagnosis } from '../../diagnosis/diagnosis.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { HopKind } from '../../trace/path.ts'
import type { Line } from '../document.ts'
import { escapeText } from '../escape.ts'
import { count, plainText } from '../words.ts'

const hopNames: Readonly<Record<HopKind, string>> = {
  name: 'names',
  dns: 'cluster DNS',
  service: 'Service ports',
  endpoints: 'endpoints',
  egress: 'network policies',
  ingress: 'network policies',
  pod: 'endpoints that are no pods',
  // Neither is in the API.
  listener: 'listeners, node-to-node network',
}

const mostGaps = 5

/** What limits the answer: assumptions, what could not be read, what nobody checked. */
export function footer(diagnosis: Diagnosis): readonly Line[] {
  return [
    ...diagnosis.assumptions.map((text): Line => [{ text: `assuming ${plainText(text)}`, tone: 'dim' }]),
    ...gapLines(diagnosis),
    ...notCheckedLine(diagnosis.notChecked),
  ]
}

/** How a gap is said to people. */
export function gapText({ kind, namespace, why, permission, detail }: Gap): string {
  const what = namespace === undefined ? kind : `${kind} in ${escapeText(namespace)}`
  if (why === 'forbidden')
    return `may not read ${what}: ask for the right to ${escapeText(permission ?? 'list it')}`
  if (why === 'not-asked') return `${what} is not part of what was read`
  return `could not read ${what} ${why === 'partial' ? 'whole' : ''}${detail === undefined ? '' : `: ${escapeText(detail)}`}`.trim()
}

function gapLines({ gaps, unknown }: Diagnosis): readonly Line[] {
  if (gaps.length === 0) return []
  const checks = unknown.length === 0 ? '' : `, so ${count(unknown.length, 'check')} could not be made`
  const shown = gaps.slice(0, mostGaps).map((gap): Line => [{ text: `? ${gapText(gap)}`, tone: 'unknown' }])
  const more: readonly Line[] =
    gaps.length > mostGaps
      ? [[{ text: `? and ${gaps.length - mostGaps} more (-o json has all)`, tone: 'unknown' }]]
      : []
  return [
    [{ text: `? ${count(gaps.length, 'part')} of the cluster not read${checks}`, tone: 'unknown' }],
    ...shown,
    ...more,
  ]
}

function notCheckedLine(hops: readonly HopKind[]): readonly Line[] {
  const names = [...new Set(hops.map((hop) => hopNames[hop]))]
  return names.length === 0 ? [] : [[{ text: `· not checked: ${names.join(', ')}`, tone: 'dim' }]]
}
