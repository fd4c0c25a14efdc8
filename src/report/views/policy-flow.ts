import { faultsBehind } from '../../diagnosis/flow/invalid.ts'
import type { FlowAnswer, JudgedGroup, JudgedOutcome, PortAnswer } from '../../diagnosis/flow/judge.ts'
import type { FlowRemedy, NoRemedy } from '../../diagnosis/flow/remedy.ts'
import type { Network } from '../../network/network.ts'
import type { Policies } from '../../network/policy/policies.ts'
import type { Block, Document, Line, Row, Span } from '../document.ts'
import { escapeText } from '../escape.ts'
import { confirmLine } from '../policy-confirm.ts'
import { endText, namespaceOfEnd } from '../policy-ends.ts'
import { caveatText, doubtText } from '../policy-words.ts'
import { count, plainText, resourceName } from '../words.ts'
import { gapText } from './footer.ts'
import { directionRow, type EndNames, type Locate, nearestRow, reasoningRows } from './policy-direction.ts'
import { remedyRows } from './policy-remedy.ts'

export interface PolicyFlowOptions {
  readonly network: Network
  readonly policies: Policies
  readonly locate: Locate
  readonly isExplained: boolean
}

type Remedies = ReadonlyMap<JudgedGroup, FlowRemedy | NoRemedy>

const words: Readonly<Record<JudgedOutcome, Span>> = {
  passes: { text: 'ALLOWED', tone: 'good' },
  fails: { text: 'DENIED', tone: 'bad' },
  partly: { text: 'PARTLY', tone: 'bad' },
  unknown: { text: 'UNKNOWN', tone: 'unknown' },
}

/** One flow: the verdict first, then why, both directions, what would change it, and how to make sure. */
export function policyFlowView(answer: FlowAnswer, remedies: Remedies, options: PolicyFlowOptions): Document {
  const many = answer.ports.length > 1
  return [
    { kind: 'headline', line: headline(answer), facts: facts(answer) },
    ...answer.ports.flatMap((port) => portBlocks(port, many, answer, remedies, options)),
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
  const parts = [
    reachText(only),
    ...(from > 1 ? [`each from ${from} pods`] : []),
    ...(only.port.isTranslated ? [translation(only)] : []),
  ]
  return parts[0] === '' ? undefined : [{ text: `  ${parts.join('; ')}` }]
}

function portCounts(ports: readonly PortAnswer[]): string {
  const passing = ports.filter(({ outcome }) => outcome === 'passes').length
  return `${passing} of ${ports.length} ports allowed`
}

function reachText({ targets, port }: PortAnswer): string {
  if (targets.length === 0) return ''
  const passing = targets.filter(({ outcome }) => outcome === 'passes').length
  const unknown = targets.filter(({ outcome }) => outcome === 'unknown').length
  const noun = port.servicePort === undefined ? 'destination' : 'endpoint'
  const more = unknown === 0 || unknown === targets.length ? '' : `, ${unknown} unknown`
  if (unknown === targets.length) return `${count(targets.length, noun)}`
  return `${passing} of ${count(targets.length, noun)} reachable${more}`
}

/** Rules are compared with the pod's port, whatever the Service's is. */
function translation({ port, targets }: PortAnswer): string {
  const numbers = [...new Set(targets.map(({ target }) => target.port))]
  return numbers.length === 1 && numbers[0] === port.dialled
    ? `pod port ${port.dialled} too`
    : `rules are compared with pod port ${numbers.join(', ')}, not with ${port.dialled}`
}

function portBlocks(
  answer: PortAnswer,
  many: boolean,
  whole: FlowAnswer,
  remedies: Remedies,
  options: PolicyFlowOptions,
): readonly Block[] {
  const { port, groups, outcome } = answer
  const name = port.servicePort?.name ?? ''
  const title: Line = [
    words[outcome],
    { text: `  port ${name === '' ? '' : `${escapeText(name)} `}${port.dialled}/${port.protocol}` },
    { text: reachText(answer) === '' ? '' : `  ${reachText(answer)}`, tone: 'dim' },
  ]
  return groups.map((group, index) => ({
    kind: 'rows',
    title: many && index === 0 ? title : groups.length > 1 ? groupTitle(group, answer, whole) : undefined,
    rows: groupRows(group, whole, remedies.get(group), options),
  }))
}

/** Which of the pairs these reasons are about. */
function groupTitle({ pairs, outcome, example }: JudgedGroup, answer: PortAnswer, whole: FlowAnswer): Line {
  const targets = [...new Set(pairs.map(({ target }) => target.name))]
  const sources = [...new Set(pairs.map(({ source }) => source.name))]
  const isAllTargets = targets.length === answer.targets.length
  const family = example.family === undefined ? '' : ` over IPv${example.family}`
  const to = isAllTargets ? '' : ` to ${nameList(targets)}`
  const from = sources.length === allSources(answer) ? '' : ` from ${nameList(sources)}`
  const both = `${from}${to}${family}`
  return [words[outcome], { text: both === '' ? `  ${endText(whole.question.destination)}` : ` ${both}` }]
}

const allSources = ({ groups }: PortAnswer): number =>
  new Set(groups.flatMap(({ pairs }) => pairs.map(({ source }) => source.name))).size

const mostNames = 3

function nameList(names: readonly string[]): string {
  const shown = names.slice(0, mostNames).map(escapeText).join(', ')
  return names.length > mostNames ? `${shown} and ${names.length - mostNames} more` : shown
}

function groupRows(
  { example, outcome }: JudgedGroup,
  whole: FlowAnswer,
  remedy: FlowRemedy | NoRemedy | undefined,
  { network, locate, isExplained }: PolicyFlowOptions,
): readonly Row[] {
  const { why, verdict } = example
  if (why === undefined)
    return [
      {
        label: 'because',
        tone: 'unknown',
        lines: verdict.doubts.map((doubt) => ({ text: doubtText(doubt) })),
      },
    ]
  const source = escapeText(example.source.name)
  const target = escapeText(example.target.name)
  const egressNames: EndNames = { subject: source, peer: target }
  const ingressNames: EndNames = { subject: target, peer: source }
  const explain = (side: 'egress' | 'ingress', names: EndNames): readonly Row[] => {
    const near = nearestRow(why[side], names, locate)
    return [
      directionRow(why[side], names, locate),
      ...(near === undefined ? [] : [near]),
      ...(isExplained ? reasoningRows(why[side], names, locate) : []),
    ]
  }
  const confirm = confirmLine(whole.question, example, network)
  return [
    ...explain('egress', egressNames),
    ...explain('ingress', ingressNames),
    ...(remedy === undefined ? [] : remedyRows(remedy, { network, locate, home: home(whole) })),
    ...(confirm === undefined || outcome === 'unknown' ? [] : [{ label: 'confirm', lines: [confirm] }]),
  ]
}

/** Notes, caveats, what is wrong with policies, what was assumed and what was not read. */
function closing(answer: FlowAnswer, { policies, locate, isExplained }: PolicyFlowOptions): readonly Block[] {
  const isAsked = answer.caveats.includes('input-invalid') || answer.doubts.length > 0
  const faults = isAsked ? faultsBehind(answer, policies) : []
  const lines = [
    ...answer.notes.map((note) => ({ text: plainText(note) })),
    ...answer.caveats.map((id) => ({ text: `${caveatText(id)} (${id})` })),
    ...standIns(answer),
  ]
  const invalid = faults.map(({ policy, problem }) => {
    const at = locate?.(policy, problem.field)
    const value = problem.value === '' ? '' : ` "${escapeText(problem.value)}"`
    return {
      text: `${escapeText(resourceName(policy))} ${escapeText(problem.field)}${value} ${escapeText(problem.message)}${at === undefined ? '' : ` (${at})`}`,
    }
  })
  const rows: Row[] = [
    ...(lines.length === 0 ? [] : [{ label: 'note', lines }]),
    ...(invalid.length === 0 ? [] : [{ label: 'invalid', tone: 'warn' as const, lines: invalid }]),
  ]
  const notes = [...assumed(answer, policies, isExplained), ...unread(answer)]
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
  const { profile, agent } = policies.cni()
  const plugin =
    agent !== undefined && (isExplained || !profile.enforcesPolicies)
      ? [`the network plugin is ${profile.name} (DaemonSet ${escapeText(agent)}; --cni names another)`]
      : []
  const parts = assumes.map((gap) => `there are no ${gap.kind} objects in the way (${gapText(gap)})`)
  return [...plugin, ...parts].map((text): Line => [{ text: `assuming ${text}`, tone: 'dim' }])
}

function unread({ gaps }: FlowAnswer): readonly Line[] {
  return gaps.map((gap): Line => [{ text: `? ${gapText(gap)}`, tone: 'unknown' }])
}
