import type { NameResolution } from '../../diagnosis/isolation/names.ts'
import type { DirectionSummary, RuleSummary, WorkloadSummary } from '../../diagnosis/isolation/summary.ts'
import { keyOf } from '../../snapshot/snapshot.ts'
import type { Row, RowLine } from '../document.ts'
import { escapeText } from '../escape.ts'
import { objectText } from '../policy-ends.ts'
import { peerText, rulePorts } from '../policy-peers.ts'
import { resourceName } from '../words.ts'
import { gapText } from './footer.ts'
import type { Locate } from './policy-direction.ts'

export interface WorkloadRowOptions {
  readonly isExplained: boolean
  readonly locate: Locate
}

/** One workload: who may come in, where it may go, whether it can resolve names, and by which policies. */
export function workloadRows(summary: WorkloadSummary, options: WorkloadRowOptions): readonly Row[] {
  const { ingress, egress, names, policies, isMixed, onHostNetwork, pluginPolicies } = summary
  const remarks = [
    ...(onHostNetwork
      ? [{ text: 'on the host network: whether policies apply to it is up to the network plugin' }]
      : []),
    ...(pluginPolicies.length === 0
      ? []
      : [
          {
            text: `${pluginPolicies.map(({ kind, name }) => `${kind} ${escapeText(name)}`).join(', ')} may select it too: what ${pluginPolicies.length === 1 ? 'it does' : 'they do'} is not judged`,
          },
        ]),
    ...(isMixed ? [{ text: 'revisions of its pods have other labels, and other policies select them' }] : []),
  ]
  return [
    directionRow('in', ingress, summary, options),
    directionRow('out', egress, summary, options),
    namesRow(names, summary.workload.namespace),
    ...(policies.length === 0
      ? []
      : [{ label: 'by', lines: [{ text: policies.map((policy) => policyName(policy)).join(', ') }] }]),
    ...(remarks.length === 0 ? [] : [{ label: 'note', lines: remarks }]),
  ]
}

const policyName = ({ kind, name }: WorkloadSummary['policies'][number]): string =>
  kind === 'NetworkPolicy' ? escapeText(name) : `${kind} ${escapeText(name)}`

/** Whether nobody can come in now, whatever the rules say: they name no pod that is there. */
export function isUnreachable({ ingress, workload }: WorkloadSummary): boolean {
  // One of several pods is somebody to the others.
  const isAlone = Math.max(workload.pods.length, workload.replicas ?? 1) < 2
  const others = ingress.named.filter((reference) => !isAlone || keyOf(reference) !== workload.key)
  return ingress.isolated === true && !ingress.isOpen && others.length === 0
}

function directionRow(
  label: 'in' | 'out',
  side: DirectionSummary,
  summary: WorkloadSummary,
  options: WorkloadRowOptions,
): Row {
  const home = summary.workload.namespace
  const lines = ruleLines(side, home, options)
  if (side.isolated === 'unknown')
    return {
      label,
      tone: 'unknown',
      lines: [{ text: 'cannot be said: whether a policy isolates it is not known' }, ...lines],
    }
  const isolating = options.isExplained && side.isolatedBy.length > 0 ? [isolationLine(side, options)] : []
  if (!side.isolated) {
    const isDenied = side.rules.some(({ action }) => action === 'deny')
    const open =
      label === 'in'
        ? `anyone${isDenied ? ' but whom the rules below deny' : ''}, on any port`
        : `anywhere${isDenied ? ' but what the rules below deny' : ''}`
    const none = isDenied ? 'no NetworkPolicy' : 'no policy'
    return { label, lines: [{ text: `${open}: ${none} isolates it` }, ...lines] }
  }
  if (label === 'in' && isUnreachable(summary))
    return {
      label,
      tone: 'warn',
      lines: [{ text: nobodyText(summary, lines.length > 0) }, ...lines, ...isolating],
    }
  if (lines.length === 0)
    return { label, lines: [{ text: label === 'in' ? 'nobody' : 'nowhere' }, ...isolating] }
  return { label, lines: [...lines, ...isolating] }
}

function nobodyText({ services, routes, workload }: WorkloadSummary, hasRules: boolean): string {
  const all = [...services, ...routes].map((item) => objectText(item, workload.namespace))
  const leads =
    all.length === 0 ? '' : `, though ${all.join(' and ')} ${all.length === 1 ? 'leads' : 'lead'} to it`
  return `nobody now${leads}; ${hasRules ? 'its rules admit' : 'no rule admits anyone'}`
}

/** Rules with the same ports and action in one line, unless each is to be named. */
function ruleLines(side: DirectionSummary, home: string, options: WorkloadRowOptions): readonly RowLine[] {
  const groups = options.isExplained
    ? side.rules.map((rule) => [rule])
    : [...Map.groupBy(side.rules, (rule) => `${rule.tier} ${rule.action} ${rulePorts(rule)}`).values()]
  return groups.flatMap((rules) => {
    const [first] = rules
    return first === undefined ? [] : [{ text: ruleLine(first, rules, side, home, options) }]
  })
}

const actions = { allow: '', deny: 'denied: ', pass: 'left to NetworkPolicies: ' } as const

function ruleLine(
  first: RuleSummary,
  rules: readonly RuleSummary[],
  { direction }: DirectionSummary,
  home: string,
  { isExplained, locate }: WorkloadRowOptions,
): string {
  const side = direction === 'ingress' ? 'from' : 'to'
  const peers = [
    ...new Set(
      rules.flatMap((rule) => rule.peers.map((peer) => peerText(peer, direction, home, !isExplained))),
    ),
  ]
  // What stands in brackets has commas of its own.
  const separator = peers.some((peer) => peer.includes('(')) ? '; ' : ', '
  const action = first.action === undefined ? 'invalid action: ' : actions[first.action]
  const tier = first.tier === 'network-policy' ? '' : `${first.tier} tier, `
  const at = locate?.(first.policy, first.path)
  const where = at === undefined ? '' : `, ${at}`
  const source = isExplained
    ? ` [${policyName(first.policy)} ${first.path.replace('spec.', '')}${where}]`
    : ''
  const isForAll = first.peers.some(({ is }) => is === 'everyone')
  const lists = isExplained && isForAll ? `; it lists no "${side}", and that means any, not none` : ''
  const doubt = rules.some(({ isDoubtful }) => isDoubtful) ? ' (with fields that are not known here)' : ''
  return `${tier}${action}${rulePorts(first)} ${side} ${peers.join(separator)}${doubt}${lists}${source}`
}

/** Which policies isolate it, and by which selector. */
function isolationLine({ direction, isolatedBy }: DirectionSummary, { locate }: WorkloadRowOptions): RowLine {
  const parts = isolatedBy.map(({ policy, selects, rules }) => {
    const at = locate?.(policy, 'spec.podSelector')
    const whom =
      selects === undefined ? 'spec.podSelector selects every pod' : `selects ${escapeText(selects)}`
    const none = rules === 0 ? `, no ${direction} rule` : ''
    return `${escapeText(policy.name)} (${whom}${none}${at === undefined ? '' : `, ${at}`})`
  })
  return { text: `isolated by ${parts.join(', ')}` }
}

const unreached = 'no rule lets it ask the DNS pods'

function namesRow({ udp, tcp, asks, isAssumed, gaps }: NameResolution, home: string): Row {
  const label = 'names'
  const server =
    asks.is === 'service'
      ? objectText(asks.reference, home)
      : asks.is === 'cache'
        ? `the cache of its node, ${escapeText(asks.address)}`
        : asks.is === 'custom'
          ? escapeText(asks.address)
          : ''
  const of =
    isAssumed && udp === 'passes' ? ' (if DNS is the usual kube-dns)' : server === '' ? '' : ` (${server})`
  if (udp === 'passes' && tcp === 'passes')
    return { label, lines: [{ text: `resolved over UDP and TCP${of}` }] }
  if (udp === 'passes' && tcp === 'fails')
    return {
      label,
      tone: 'warn',
      lines: [{ text: `over UDP only${of}: TCP 53 is denied, and answers that are too long for UDP fail` }],
    }
  if (udp === 'fails' && tcp === 'passes')
    return { label, tone: 'bad', lines: [{ text: `none${of}: TCP 53 is allowed, but lookups use UDP 53` }] }
  if (udp === 'fails' && tcp === 'fails')
    return { label, tone: 'bad', lines: [{ text: `none${of}: ${unreached}` }] }
  if (asks.is === 'node')
    return { label, lines: [{ text: "asks its node's own servers, which no object shows: not judged" }] }
  if (asks.is === 'not-known' && gaps.length === 0)
    return {
      label,
      tone: 'unknown',
      lines: [{ text: 'cannot be said: the DNS Service is not among what was read' }],
    }
  const why = gaps.length === 0 ? '' : ` (${gaps.map(gapText).join(', ')})`
  if (udp === 'unknown' || tcp === 'unknown')
    return { label, tone: 'unknown', lines: [{ text: `cannot be said${of}${why}` }] }
  return { label, tone: 'bad', lines: [{ text: `in part${of}: some servers are out of reach` }] }
}

/** What a workload is called in a title. */
export function workloadName({ workload }: WorkloadSummary): string {
  return escapeText(resourceName(workload.reference))
}
