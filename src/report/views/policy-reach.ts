import type { Decider } from '../../diagnosis/expected/deciders.ts'
import type { JudgedOutcome } from '../../diagnosis/flow/judge.ts'
import type {
  ReachAnswer,
  ReachEntry,
  ReachGroup,
  ReachPeer,
  ReachPorts,
} from '../../diagnosis/reach/reach.ts'
import type { Network } from '../../network/network.ts'
import type { Policies } from '../../network/policy/policies.ts'
import type { Locate } from '../../snapshot/files/load.ts'
import { keyOf } from '../../snapshot/snapshot.ts'
import type { Block, Document, Line, Row, Span, Tone } from '../document.ts'
import { escapeText } from '../escape.ts'
import { portsText } from '../flow-end-text.ts'
import { lookedInto } from '../looked-into.ts'
import { deciderText } from '../policy-decider.ts'
import { endText, namespaceOfEnd, objectText } from '../policy-ends.ts'
import { caveatText, doubtText } from '../policy-words.ts'
import { count, plainText } from '../words.ts'
import { gapText } from './footer.ts'
import { assumedAbsent } from './policy-assumed.ts'

export interface ReachOptions {
  readonly network: Network
  readonly policies: Policies
  readonly locate: Locate | undefined
  /** All peers by name. */
  readonly isWide: boolean
  /** What is to be said besides, such as that names do not resolve. */
  readonly remarks: readonly Row[]
  /** The namespace that is meant where the asked end has none. */
  readonly home: string | undefined
  /** How one verdict is asked for: with a place that is looked at. */
  readonly verdictFor: (peer: string) => string
}

const mostPeers = 8
const mostGaps = 5

const labels: Readonly<Record<JudgedOutcome, { readonly label: string; readonly tone: Tone }>> = {
  passes: { label: 'allowed', tone: 'good' },
  partly: { label: 'partly', tone: 'warn' },
  unknown: { label: 'unknown', tone: 'unknown' },
  fails: { label: 'denied', tone: 'bad' },
}

/** Who may reach an end, or what an end may reach: by verdict, and by what decides it. */
export function reachView(answer: ReachAnswer, options: ReachOptions): Document {
  const home = namespaceOfEnd(answer.question.end) ?? options.home
  return [
    { kind: 'headline', line: headline(answer, home), facts: facts(answer) },
    ...(answer.groups.length === 0
      ? []
      : [
          {
            kind: 'rows' as const,
            rows: answer.groups.flatMap((group) => groupRow(group, answer, { ...options, home })),
          },
        ]),
    ...remarks(answer, options),
    ...notes(answer, options),
  ]
}

function headline({ question, groups, workloads, ports }: ReachAnswer, home: string | undefined): Line {
  const peers = (kind: ReachPeer['kind'], ...outcomes: readonly JudgedOutcome[]): number =>
    new Set(
      groups
        .filter(({ outcome }) => outcomes.includes(outcome))
        .flatMap(({ entries }) => entries.flatMap((entry) => entry.peers))
        .filter((peer) => peer.kind === kind)
        .map((peer) => JSON.stringify(peer)),
    ).size
  const name = endText(question.end, home)
  const [only] = ports
  const port = ports.length === 1 && only !== undefined ? `:${only.dialled}` : ''
  const number = peers('workload', 'passes', 'partly')
  const all = count(workloads, 'workload')
  const isOutside = peers('outside', 'passes', 'partly') > 0
  const isWholeOutside = peers('outside', 'fails', 'unknown', 'partly') === 0
  const outside = isOutside ? (isWholeOutside ? 'the outside' : 'the outside in part') : undefined
  const hasOutside = peers('outside', 'passes', 'partly', 'fails', 'unknown') > 0
  const [who, last] =
    question.side === 'to'
      ? [
          `may be reached by ${number} of ${all}`,
          outside === undefined ? 'not from outside' : `by ${outside}`,
        ]
      : [`may reach ${number} of ${all}`, outside ?? 'nothing outside']
  return [
    { text: `${name}${port}`, tone: 'strong' },
    { text: ` ${who}${hasOutside ? `, ${outside === undefined ? last : `and ${last}`}` : ''}` },
  ]
}

/** What is asked about, where a name alone does not say it. */
function facts({ question, ports }: ReachAnswer): Line | undefined {
  if (question.side === 'from')
    return [{ text: '  at the ports that the pods declare; at all ports where they declare none' }]
  if (ports.length > 1)
    return [{ text: `  ports ${ports.map(({ dialled, protocol }) => `${dialled}/${protocol}`).join(', ')}` }]
  const numbers = [...new Set(ports.flatMap(({ targets }) => targets.map(({ port }) => port)))]
  const isOther = ports.some(({ dialled }) => numbers.some((number) => number !== dialled))
  return isOther ? [{ text: `  rules are compared with pod port ${numbers.join(', ')}` }] : undefined
}

function groupRow(group: ReachGroup, answer: ReachAnswer, options: ReachOptions): readonly Row[] {
  const { outcome, deciders } = group
  const entries = outcome === 'fails' ? worthTelling(group, answer) : group.entries
  if (entries.length === 0) return []
  return [
    {
      ...labels[outcome],
      lines: [
        ...entries.map((entry) => ({ text: entryText(entry, answer, options) })),
        ...deciders.map((decider) => ({ text: reasonText(decider, options) })),
      ],
    },
  ]
}

/** That a peer which may be reached on some ports is denied on all others goes without saying. */
function worthTelling({ entries }: ReachGroup, { groups }: ReachAnswer): readonly ReachEntry[] {
  const allowed = new Set(
    groups
      .filter(({ outcome }) => outcome !== 'fails')
      .flatMap((group) => group.entries.flatMap(({ peers }) => peers.map((peer) => JSON.stringify(peer)))),
  )
  return entries.flatMap((entry): readonly ReachEntry[] => {
    if (entry.ports.every(({ from, to }) => from === to)) return [entry]
    const peers = entry.peers.filter((peer) => !allowed.has(JSON.stringify(peer)))
    return peers.length === 0 ? [] : [{ ...entry, peers }]
  })
}

/** `deploy/web, deploy/shop (2 of 4 pairs)`; with ports where these differ: `TCP 80 to deploy/web`. */
function entryText(
  { ports, peers, share }: ReachEntry,
  { question, ports: asked }: ReachAnswer,
  { isWide, home }: ReachOptions,
): string {
  const shown = (isWide ? peers : peers.slice(0, mostPeers)).map((peer) => peerText(peer, question, home))
  const more = peers.length - shown.length
  const names = `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  const part = share === undefined ? '' : ` (${share.passing} of ${count(share.of, 'pair')})`
  const way = question.side === 'to' ? 'from' : 'to'
  return `${asked.length === 1 ? '' : `${portsText(ports)} ${way} `}${names}${part}`
}

function peerText(peer: ReachPeer, { end }: ReachAnswer['question'], home: string | undefined): string {
  if (peer.kind === 'outside')
    return peer.name.includes('outside') ? escapeText(peer.name) : `${escapeText(peer.name)} outside`
  const isOwn = end.kind === 'pods' && keyOf(end.reference) === keyOf(peer.reference)
  return `${objectText(peer.reference, home)}${isOwn ? ' (its other pods)' : ''}`
}

function reasonText(decider: Decider, { locate, home }: ReachOptions): string {
  if (decider.outcome === 'unknown')
    return [...new Set(decider.doubts.map((id) => doubtText({ id })))].join('; ')
  return escapeText(`${decider.direction} ${deciderText(decider, locate, home)}`)
}

/** One of the answers in full: of those that are denied, if any. */
function example({ groups, question }: ReachAnswer, verdictFor: ReachOptions['verdictFor']): readonly Row[] {
  const { end, side } = question
  const isOther = (peer: ReachPeer): peer is Extract<ReachPeer, { kind: 'workload' }> =>
    peer.kind === 'workload' && !(end.kind === 'pods' && keyOf(end.reference) === keyOf(peer.reference))
  const entries = [...groups].reverse().flatMap((group) => group.entries)
  const entry = entries.find(({ peers }) => peers.some(isOther))
  const peer = entry?.peers.find(isOther)
  if (entry === undefined || peer === undefined) return []
  const port = side === 'from' ? examplePort(entry.ports) : ''
  const command = verdictFor(`${objectText(peer.reference)}${port}`)
  return [{ label: 'next', lines: [{ text: 'why, for one of these:', command }] }]
}

/** `:8080/TCP`, and of a range a port that people know. */
function examplePort([first]: readonly ReachPorts[]): string {
  if (first === undefined) return ''
  const { protocol, from, to } = first
  return `:${from <= 80 && to >= 80 ? 80 : from}/${protocol}`
}

function remarks(answer: ReachAnswer, { remarks: more, verdictFor }: ReachOptions): readonly Block[] {
  const { notes: own, caveats } = answer
  const lines = [
    ...own.map((note) => ({ text: plainText(note) })),
    ...caveats.map((id) => ({ text: `${caveatText(id)} (${id})` })),
  ]
  const rows = [
    ...more,
    ...(lines.length === 0 ? [] : [{ label: 'note', lines }]),
    ...example(answer, verdictFor),
  ]
  return rows.length === 0 ? [] : [{ kind: 'rows', rows }]
}

function notes({ assumes, gaps }: ReachAnswer, { network, policies }: ReachOptions): readonly Block[] {
  const { profile, agent } = policies.cni()
  const dim = (text: string): Line => [{ text, tone: 'dim' }]
  const unread = gaps.slice(0, mostGaps).map((gap): Line => [unknownSpan(`? ${gapText(gap)}`)])
  const more = gaps.length - unread.length
  return [
    {
      kind: 'notes',
      lines: [
        dim(`looked for in ${lookedInto(network)}`),
        ...(agent !== undefined && !profile.enforcesPolicies
          ? [dim(`assuming the network plugin is ${profile.name} (DaemonSet ${escapeText(agent)})`)]
          : []),
        ...assumedAbsent(assumes).map((text) => dim(`assuming ${text}`)),
        ...unread,
        ...(more > 0 ? [[unknownSpan(`? and ${more} more parts not read (-o json has all)`)]] : []),
      ],
    },
  ]
}

const unknownSpan = (text: string): Span => ({ text, tone: 'unknown' })
