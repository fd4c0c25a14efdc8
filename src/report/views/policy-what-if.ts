import type { FlowEnd } from '../../change/flow-end.ts'
import type { Effect } from '../../change/flow-table.ts'
import type { ChangeGroup, FirstIsolation, WhatIf } from '../../change/what-if.ts'
import { decidersOf } from '../../diagnosis/expected/deciders.ts'
import type { FlowVerdict } from '../../network/policy/decide.ts'
import type { CniProfile } from '../../network/policy/profile.ts'
import type { Locate } from '../../snapshot/files/load.ts'
import type { Gap, ObjectReference } from '../../snapshot/snapshot.ts'
import type { Block, Document, Line, Span } from '../document.ts'
import { escapeText } from '../escape.ts'
import { endText, portsText } from '../flow-end-text.ts'
import { deciderText } from '../policy-decider.ts'
import { count, resourceName } from '../words.ts'

/** What the flows were compared for. */
export interface WhatIfContext {
  /** Objects that would be there, or different, and objects that would be gone. */
  readonly put: readonly { readonly reference: ObjectReference; readonly isNew: boolean }[]
  readonly removed: readonly ObjectReference[]
  readonly profile: CniProfile
  /** Parts of the cluster whose pods or policies were not read. */
  readonly gaps: readonly Gap[]
  readonly notes: readonly string[]
  readonly locate: Locate | undefined
}

const mostGroups = 12
const mostPeers = 6
const mostNames = 5

const marks: Readonly<Record<Effect, Span>> = {
  denied: { text: '✗', tone: 'bad' },
  allowed: { text: '+', tone: 'warn' },
  unknown: { text: '?', tone: 'unknown' },
}

/** Counts first, then per namespace, then what nobody asked about, then each change with its rules. */
export function whatIfView(result: WhatIf, context: WhatIfContext, isWide: boolean): Document {
  const { pairs, groups } = result
  const headline: Block = {
    kind: 'headline',
    line: verdict(result),
    facts: [{ text: `  ${whatChanges(context)}` }],
  }
  if (groups.length === 0) return [headline, ...notes(context, result)]
  const shown = isWide ? groups : groups.slice(0, mostGroups)
  const more = groups.length - shown.length
  return [
    headline,
    {
      kind: 'table',
      columns: ['from', 'to', 'newly denied', 'newly allowed', 'undefined'],
      rows: result.namespaces.map(({ source, destination, denied, allowed, unknown }) =>
        [spaceName(source), spaceName(destination), denied, allowed, unknown].map((cell) => ({
          text: String(cell),
        })),
      ),
      note: [
        {
          text: `  pairs of pods, or of a pod and a range outside; ${pairs.unchanged} of ${pairs.all} do not change`,
          tone: 'dim',
        },
      ],
    },
    ...asides(result),
    ...shown.map((group) => groupBlock(group, context, isWide)),
    ...(more > 0
      ? [{ kind: 'notes' as const, lines: [[{ text: `and ${more} more changes (-o wide has all)` }]] }]
      : []),
    ...notes(context, result),
  ]
}

const spaceName = (name: string): string => (name === '' ? '(outside)' : escapeText(name))

function verdict({ pairs }: WhatIf): Line {
  const { denied, allowed, unknown } = pairs
  if (denied + allowed + unknown === 0)
    return [
      { text: '✓ ', tone: 'good' },
      { text: `no verdict changes: ${count(pairs.all, 'pair')} compared on every port` },
    ]
  const parts = [
    ...(denied > 0 ? [`${count(denied, 'pair')} newly denied`] : []),
    ...(allowed > 0 ? [`${count(allowed, 'pair')} newly allowed`] : []),
    ...(unknown > 0 ? [`${count(unknown, 'pair')} newly undefined`] : []),
  ]
  const mark: Span =
    denied > 0
      ? { text: '✗ ', tone: 'bad' }
      : unknown > 0
        ? { text: '? ', tone: 'unknown' }
        : { text: '! ', tone: 'warn' }
  return [mark, { text: `${parts.join(', ')}, ${pairs.unchanged} unchanged` }]
}

function whatChanges({ put, removed }: WhatIfContext): string {
  const names = (references: readonly ObjectReference[]): string => {
    const shown = references.slice(0, mostNames).map(objectName)
    const more = references.length - shown.length
    return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
  }
  const fresh = put.filter(({ isNew }) => isNew).map(({ reference }) => reference)
  const replaced = put.filter(({ isNew }) => !isNew).map(({ reference }) => reference)
  return [
    ...(fresh.length > 0 ? [`with ${names(fresh)}`] : []),
    ...(replaced.length > 0 ? [`with ${names(replaced)} in place of what is there`] : []),
    ...(removed.length > 0 ? [`without ${names(removed)}`] : []),
  ].join('; ')
}

const objectName = (reference: ObjectReference): string =>
  escapeText(
    `${reference.namespace === undefined ? '' : `${reference.namespace}/`}${resourceName(reference)}`,
  )

/** What changes besides, that nobody may have meant. */
function asides({ isolated, dnsLost, outsideLost }: WhatIf): readonly Block[] {
  const lines: Line[] = [
    ...(dnsLost.length > 0
      ? [
          [
            {
              text: `${count(dnsLost.length, 'workload')} can no longer ask the DNS pods: ${some(dnsLost)}`,
              tone: 'bad' as const,
            },
          ],
        ]
      : []),
    ...(outsideLost.length > 0
      ? [
          [
            {
              text: `sources outside lose ${count(outsideLost.length, 'workload')}: ${some(outsideLost)}`,
              tone: 'bad' as const,
            },
          ],
        ]
      : []),
    ...isolated.map((item): Line => [{ text: isolationText(item), tone: 'warn' }]),
  ]
  return lines.length === 0 ? [] : [{ kind: 'notes', lines }]
}

function some(references: readonly ObjectReference[]): string {
  const more = references.length - mostPeers
  return `${references.slice(0, mostPeers).map(objectName).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function isolationText({ end, direction, loses }: FirstIsolation): string {
  const lost =
    direction === 'ingress'
      ? `${count(loses, 'source')} ${loses === 1 ? 'loses' : 'lose'} it`
      : `it loses ${count(loses, 'destination')}`
  return `${endText(end)} is now isolated for ${direction}: ${lost}`
}

function groupBlock(group: ChangeGroup, context: WhatIfContext, isWide: boolean): Block {
  const { effect, anchors, direction, peers, ports, before, after, pairs } = group
  const names = (ends: readonly FlowEnd[]): string => {
    const shown = isWide ? ends : ends.slice(0, mostPeers)
    const more = ends.length - shown.length
    return [...shown.map(endText), ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
  }
  const [own, other] = direction === 'ingress' ? ['to', 'from'] : ['from', 'to']
  return {
    kind: 'entry',
    mark: marks[effect],
    title: title(group),
    aside: count(pairs, 'pair'),
    paragraphs: [],
    rows: [
      ...(anchors.length > 1 ? [{ label: own, lines: [{ text: names(anchors) }] }] : []),
      { label: other, lines: [{ text: names(peers) }] },
      { label: 'ports', lines: [{ text: portsText(ports) }] },
      { label: 'before', lines: [{ text: reason(before, context.locate) }] },
      { label: 'after', lines: [{ text: reason(after, context.locate) }] },
    ],
  }
}

type Words = readonly [one: string, many: string, noun: string]

const verbs: Readonly<Record<Effect, Readonly<Record<ChangeGroup['direction'], Words>>>> = {
  denied: {
    egress: ['no longer reaches', 'no longer reach', 'destination'],
    ingress: ['is no longer reached by', 'are no longer reached by', 'source'],
  },
  allowed: {
    egress: ['newly reaches', 'newly reach', 'destination'],
    ingress: ['is newly reached by', 'are newly reached by', 'source'],
  },
  unknown: {
    egress: ['may reach or not', 'may reach or not', 'destination'],
    ingress: ['may be reached or not by', 'may be reached or not by', 'source'],
  },
}

function title({ effect, direction, anchors, peers }: ChangeGroup): string {
  const [one, many, noun] = verbs[effect][direction]
  const [first] = anchors
  const others = count(peers.length, noun)
  if (first !== undefined && anchors.length === 1) return `${endText(first)} ${one} ${others}`
  return `${count(anchors.length, 'workload')} ${many} ${others}`
}

/** What decides, on the sides that matter. */
function reason(verdict: FlowVerdict, locate: Locate | undefined): string {
  return escapeText(
    decidersOf(verdict, verdict.outcome)
      .map((decider) => `${decider.direction} ${deciderText(decider, locate)}`)
      .join(', '),
  )
}

function notes({ profile, gaps, notes: more }: WhatIfContext, { pairs }: WhatIf): readonly Block[] {
  const open = {
    yes: `the network plugin (${profile.name}) ends open connections that are denied now`,
    no: `the network plugin (${profile.name}) lets open connections go on; new ones are denied`,
    undefined: 'connections that are open now may go on or end: the API leaves it to the network plugin',
  }[profile.dropsOpenConnections]
  const lines: Line[] = [
    ...more.map((text): Line => [{ text: escapeText(text), tone: 'dim' }]),
    ...(pairs.denied > 0 ? [[{ text: open, tone: 'dim' as const }]] : []),
    ...(gaps.length > 0
      ? [
          [
            {
              text: `? ${count(gaps.length, 'part')} of the cluster not read: flows from and to there are not compared`,
              tone: 'unknown' as const,
            },
          ],
        ]
      : []),
  ]
  return lines.length === 0 ? [] : [{ kind: 'notes', lines }]
}
