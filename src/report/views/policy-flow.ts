import type { FlowEnd } from '../../diagnosis/flow/ends.ts'
import { faultsBehind } from '../../diagnosis/flow/invalid.ts'
import type { FlowAnswer, JudgedOutcome, JudgedPair, PortAnswer, Reason } from '../../diagnosis/flow/judge.ts'
import type { Remedies } from '../../diagnosis/flow/remedies.ts'
import type { Network } from '../../network/network.ts'
import type { Policies } from '../../network/policy/policies.ts'
import type { Block, Document, Line, Row, Span } from '../document.ts'
import { escapeText } from '../escape.ts'
import { confirmLine } from '../policy-confirm.ts'
import { endText, namespaceOfEnd } from '../policy-ends.ts'
import { faultText } from '../policy-fault.ts'
import { caveatText, doubtText, pluginSource } from '../policy-words.ts'
import { count, plainText, resourceName } from '../words.ts'
import { gapText } from './footer.ts'
import { assumedAbsent } from './policy-assumed.ts'
import { directionRow, type EndNames, type Locate, nearestRow, reasoningRows } from './policy-direction.ts'
import { remedyRows } from './policy-remedy.ts'

export interface PolicyFlowOptions {
  readonly network: Network
  readonly policies: Policies
  readonly locate: Locate
  readonly isExplained: boolean
  /** What stands in the way besides the policies that are asked about. */
  readonly remarks?: readonly Row[] | undefined
}

const words: Readonly<Record<JudgedOutcome, Span>> = {
  passes: { text: 'ALLOWED', tone: 'good' },
  fails: { text: 'DENIED', tone: 'bad' },
  partly: { text: 'PARTLY', tone: 'bad' },
  unknown: { text: 'UNKNOWN', tone: 'unknown' },
}

/** One flow: the verdict first, then why, both directions, what would change it, and how to make sure. */
export function policyFlowView(answer: FlowAnswer, remedies: Remedies, options: PolicyFlowOptions): Document {
  const { remarks = [] } = options
  return [
    { kind: 'headline', line: headline(answer), facts: facts(answer) },
    ...answer.reasons.map(
      (reason): Block => ({
        kind: 'rows',
        title: answer.reasons.length > 1 ? reasonTitle(reason, answer) : undefined,
        rows: reasonRows(reason, answer, remedies, options),
      }),
    ),
    ...(remarks.length === 0 ? [] : [{ kind: 'rows' as const, rows: remarks }]),
    ...closing(answer, options),
  ]
}

function home({ question }: FlowAnswer): string | undefined {
  return namespaceOfEnd(question.source) ?? namespaceOfEnd(question.destination)
}

function headline(answer: FlowAnswer): Line {
  const { question, ports } = answer
  const [first] = ports
  const port = ports.length === 1 && first !== undefined ? `:${first.port.dialled}` : ''
  const protocol =
    ports.length === 1 && first !== undefined && first.port.protocol !== 'TCP'
      ? `/${first.port.protocol}`
      : ''
  const own = home(answer)
  return [
    words[answer.outcome],
    {
      text: `  ${endText(question.source, own)} -> ${endText(question.destination, own)}${port}${protocol}`,
      tone: 'strong',
    },
  ]
}

/** What the destination becomes, and how much of it is reached. */
function facts({ ports, question }: FlowAnswer): Line | undefined {
  if (ports.length !== 1) return [{ text: `  ${portCounts(ports)}` }]
  const [only] = ports
  if (only === undefined) return undefined
  const from = question.source.kind === 'pods' ? question.source.pods.length : 1
  const parts = [reachText(only), ...(from > 1 ? [`each from ${from} pods`] : []), ...translation(only)]
  return parts[0] === '' ? undefined : [{ text: `  ${parts.join('; ')}` }]
}

function portCounts(ports: readonly PortAnswer[]): string {
  const passing = ports.filter(({ outcome }) => outcome === 'passes').length
  const all = ports.map(({ port }) => portText(port)).join(', ')
  return `${passing} of ${ports.length} ports allowed: ${all}`
}

function portText({ dialled, protocol, servicePort }: PortAnswer['port']): string {
  const name = servicePort?.name ?? ''
  return `${name === '' ? '' : `${escapeText(name)} `}${dialled}/${protocol}`
}

const plurals = { endpoint: 'endpoints', pod: 'pods', address: 'addresses' } as const

function reachText({ targets, port }: PortAnswer): string {
  if (targets.length === 0) return ''
  const passing = targets.filter(({ outcome }) => outcome === 'passes').length
  const unknown = targets.filter(({ outcome }) => outcome === 'unknown').length
  const partly = targets.filter(({ outcome }) => outcome === 'partly').length
  const isPods = targets.every(({ target }) => target.end.kind === 'pod')
  const noun = port.servicePort !== undefined ? 'endpoint' : isPods ? 'pod' : 'address'
  const more = `${partly === 0 ? '' : `, ${partly} in part`}${unknown === 0 ? '' : `, ${unknown} unknown`}`
  if (unknown === targets.length) return count(targets.length, noun, plurals[noun])
  return `${passing} of ${count(targets.length, noun, plurals[noun])} reachable${more}`
}

/** Rules are compared with the pod's port, whatever the Service's is. */
function translation({ port, targets }: PortAnswer): readonly string[] {
  const numbers = [...new Set(targets.map(({ target }) => target.port))]
  return !port.isTranslated || numbers.every((number) => number === port.dialled)
    ? []
    : [`rules are compared with pod port ${numbers.join(', ')}, not with ${port.dialled}`]
}

/** Which of the pairs and ports a reason is about. */
function reasonTitle(reason: Reason, answer: FlowAnswer): Line {
  const { outcome, ports, example } = reason
  const port = answer.ports.length === 1 ? '' : ` ${ports.map(portText).join(', ')}`
  const names = namesIn(reason, answer)
  const family = example.family === undefined ? '' : ` over IPv${example.family}`
  const from = names.listed.source === '' ? '' : ` from ${names.listed.source}`
  const to = names.listed.target === '' ? '' : ` to ${names.listed.target}`
  const all = answer.ports.reduce((sum, own) => sum + own.pairs.length, 0)
  // A pod that meets itself behind a Service is judged apart, and no name tells the two cases apart.
  const pairs =
    `${port}${from}${to}${family}` === '' ? ` ${reason.pairs.length} of ${count(all, 'pair')} of pods` : ''
  return [words[outcome], { text: ` ${port}${from}${to}${family}${pairs}` }]
}

interface ReasonNames {
  readonly source: string
  readonly target: string
  /** Those that are meant; empty for all. */
  readonly listed: { readonly source: string; readonly target: string }
}

/** What both ends of a reason are called: the whole end as it was asked, or those of its pods that it is about. */
function namesIn({ pairs }: Reason, { question, ports }: FlowAnswer): ReasonNames {
  const all = ports.flatMap((port) => port.pairs)
  const distinct = (items: readonly JudgedPair[], side: 'source' | 'target'): readonly string[] => [
    ...new Set(items.map((pair) => pair[side].name)),
  ]
  const sources = distinct(pairs, 'source')
  const targets = distinct(pairs, 'target')
  const isEverySource = sources.length === distinct(all, 'source').length
  const isEveryTarget = targets.length === distinct(all, 'target').length
  return {
    source: nameOf(question.source, sources, isEverySource),
    target: nameOf(question.destination, targets, isEveryTarget),
    listed: {
      source: isEverySource ? '' : nameList(sources),
      target: isEveryTarget ? '' : nameList(targets),
    },
  }
}

function nameOf(end: FlowEnd, names: readonly string[], isEvery: boolean): string {
  if (end.kind === 'world') return isEvery ? 'any address outside' : 'an address of these'
  return isEvery ? shortName(end, names) : nameList(names)
}

/** The name of an end without its type; of an address or the world what the pairs call it. */
function shortName(end: FlowEnd, names: readonly string[]): string {
  if (end.kind === 'pods') return escapeText(end.reference.name)
  if (end.kind === 'service') return escapeText(end.service.metadata.name)
  return nameList(names)
}

const mostNames = 3

function nameList(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map(escapeText).join(', ')
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown
}

function reasonRows(
  reason: Reason,
  whole: FlowAnswer,
  remedies: Remedies,
  { network, locate, isExplained }: PolicyFlowOptions,
): readonly Row[] {
  const { example, outcome } = reason
  const { why, verdict } = example
  if (why === undefined)
    return [
      {
        label: 'because',
        tone: 'unknown',
        lines: verdict.doubts.map((doubt) => ({ text: doubtText(doubt) })),
      },
    ]
  const { source, target, listed } = namesIn(reason, whole)
  const isWorld = whole.question.source.kind === 'world' || whole.question.destination.kind === 'world'
  const explain = (side: 'egress' | 'ingress', names: EndNames): readonly Row[] => {
    const near = nearestRow(why[side], names, locate, isExplained)
    return [
      directionRow(why[side], names, locate),
      ...(near === undefined ? [] : [near]),
      ...(isExplained ? reasoningRows(why[side], names, locate) : []),
    ]
  }
  const remedy = remedies.get(reason)
  const confirm =
    outcome === 'unknown' ? undefined : confirmLine(whole.question, example, network, listed.target === '')
  return [
    ...explain('egress', { subject: source, peer: target, isWorld }),
    ...explain('ingress', { subject: target, peer: source, isWorld }),
    ...(remedy === undefined ? [] : remedyRows(remedy, { network, locate, home: home(whole) })),
    ...(confirm === undefined ? [] : [{ label: 'confirm', lines: [confirm] }]),
  ]
}

/** Notes, caveats, what is wrong with policies, what was assumed and what was not read. */
function closing(
  answer: FlowAnswer,
  { network, policies, locate, isExplained }: PolicyFlowOptions,
): readonly Block[] {
  const isAsked = answer.caveats.includes('input-invalid') || answer.doubts.length > 0
  const faults = isAsked ? faultsBehind(answer, policies) : []
  const lines = [
    ...answer.notes.map((note) => ({ text: plainText(note) })),
    ...answer.caveats.map((id) => ({ text: `${caveatText(id)} (${id})` })),
    ...(network.inventory.snapshot.coverage.declared ? [] : standIns(answer)),
  ]
  const invalid = faults.map((fault) => ({ text: faultText(fault, locate) }))
  const rows: Row[] = [
    ...(lines.length === 0 ? [] : [{ label: 'note', lines }]),
    ...(invalid.length === 0 ? [] : [{ label: 'invalid', tone: 'warn' as const, lines: invalid }]),
  ]
  const declared: Line[] = network.inventory.snapshot.coverage.declared
    ? [[{ text: 'assuming pods as these manifests would make them', tone: 'dim' }]]
    : []
  const notes = [...declared, ...assumed(answer, policies, isExplained), ...unread(answer)]
  return [
    ...(rows.length === 0 ? [] : [{ kind: 'rows' as const, rows }]),
    ...(notes.length === 0 ? [] : [{ kind: 'notes' as const, lines: notes }]),
  ]
}

function standIns({ question }: FlowAnswer): readonly { readonly text: string }[] {
  return [question.source, question.destination].flatMap((end) =>
    end.kind === 'pods' && end.isStandIn
      ? [
          {
            text: `${escapeText(resourceName(end.reference))} has no pod now: judged is the one that it would make`,
          },
        ]
      : [],
  )
}

function assumed({ assumes }: FlowAnswer, policies: Policies, isExplained: boolean): readonly Line[] {
  const { profile } = policies.cni()
  const source = pluginSource(policies.cni())
  const plugin =
    source !== undefined && (isExplained || !profile.enforcesPolicies)
      ? [`the network plugin is ${profile.name} (${source}; --cni names another)`]
      : []
  return [...plugin, ...assumedAbsent(assumes)].map(
    (text): Line => [{ text: `assuming ${text}`, tone: 'dim' }],
  )
}

function unread({ gaps }: FlowAnswer): readonly Line[] {
  return gaps.map((gap): Line => [{ text: `? ${gapText(gap)}`, tone: 'unknown' }])
}
