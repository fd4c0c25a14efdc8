import { endKey, type FlowEnd } from '../../change/flow-end.ts'
import type { Effect } from '../../change/flow-table.ts'
import type { ChangeGroup, FirstIsolation, WhatIf } from '../../change/what-if.ts'
import { type Decider, decidersOf } from '../../diagnosis/expected/deciders.ts'
import type { PolicyFault } from '../../diagnosis/flow/invalid.ts'
import type { FlowVerdict } from '../../network/policy/decide.ts'
import type { CniProfile } from '../../network/policy/profile.ts'
import type { Locate } from '../../snapshot/files/load.ts'
import { type Gap, keyOf, type ObjectReference } from '../../snapshot/snapshot.ts'
import type { Block, Document, Line, Span } from '../document.ts'
import { escapeText } from '../escape.ts'
import { endText, portsText } from '../flow-end-text.ts'
import { deciderText } from '../policy-decider.ts'
import { faultText } from '../policy-fault.ts'
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
  /** What the API server would refuse: it would never come into force as it is compared. */
  readonly refused: readonly PolicyFault[]
  readonly locate: Locate | undefined
  /** The namespace that needs no mention. */
  readonly home: string | undefined
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
  const { pairs } = result
  const groups = alikeTogether(result.groups, context)
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
    ...asides(result, context),
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
    const shown = references.slice(0, mostNames).map((reference) => objectName(reference))
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

function objectName(reference: ObjectReference, home?: string): string {
  const { namespace } = reference
  const name = resourceName(reference)
  return escapeText(namespace === undefined || namespace === home ? name : `${namespace}/${name}`)
}

/** What changes besides, that nobody may have meant. */
function asides({ isolated, dnsLost, outsideLost }: WhatIf, { home }: WhatIfContext): readonly Block[] {
  const lines: Line[] = [
    ...(dnsLost.length > 0
      ? [
          [
            {
              text: `${count(dnsLost.length, 'workload')} can no longer ask the DNS pods: ${some(dnsLost, home)}`,
              tone: 'bad' as const,
            },
          ],
        ]
      : []),
    ...(outsideLost.length > 0
      ? [
          [
            {
              text: `sources outside lose ${count(outsideLost.length, 'workload')}: ${some(outsideLost, home)}`,
              tone: 'bad' as const,
            },
          ],
        ]
      : []),
    ...isolationLines(isolated, home),
  ]
  return lines.length === 0 ? [] : [{ kind: 'notes', lines }]
}

function some(references: readonly ObjectReference[], home: string | undefined): string {
  const more = references.length - mostPeers
  const shown = references.slice(0, mostPeers).map((reference) => objectName(reference, home))
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

/** Those that lose as much in the same direction are told together. */
function isolationLines(isolated: readonly FirstIsolation[], home: string | undefined): readonly Line[] {
  const alike = Map.groupBy(isolated, ({ direction, loses }) => `${direction} ${loses}`)
  return [...alike.values()].map((members): Line => {
    const [first] = members
    const { direction = 'ingress', loses = 0 } = first ?? {}
    const names = members.slice(0, mostPeers).map(({ end }) => endText(end, home))
    const more = members.length - names.length
    const who = `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
    const isOne = members.length === 1
    const lost =
      direction === 'ingress'
        ? `${count(loses, 'source')} ${loses === 1 ? 'loses' : 'lose'} ${isOne ? 'it' : 'each of them'}`
        : `${isOne ? 'it loses' : 'each loses'} ${count(loses, 'destination')}`
    return [{ text: `now isolated for ${direction}, so that ${lost}: ${who}`, tone: 'warn' }]
  })
}

/** A change as it is told: with the side that changed, before and after. */
interface ToldGroup
  extends Pick<ChangeGroup, 'effect' | 'direction' | 'anchors' | 'peers' | 'ports' | 'pairs'> {
  readonly before: string
  readonly after: string
}

/**
 * Changes that differ in what nobody asks about are told once: in the rules of the other side, which stay, and in the
 * policies that isolate besides those that isolate all of them.
 */
function alikeTogether(groups: readonly ChangeGroup[], context: WhatIfContext): readonly ToldGroup[] {
  const sides = groups.map((group) => ({
    group,
    before: sideOf(group.before, group.direction),
    after: sideOf(group.after, group.direction),
  }))
  const alike = Map.groupBy(sides, ({ group, before, after }) =>
    JSON.stringify([
      ...[group.effect, group.direction, group.peers.map(endKey), group.ports],
      ...[withoutIsolation(before), withoutIsolation(after)],
    ]),
  )
  const told = [...alike.values()].flatMap((members): readonly ToldGroup[] => {
    const [first] = members
    if (first === undefined) return []
    const text = (which: 'before' | 'after'): string =>
      reason(
        members.map((member) => member[which]),
        context,
      )
    return [
      {
        ...first.group,
        anchors: members.flatMap(({ group }) => group.anchors),
        pairs: members.reduce((sum, { group }) => sum + group.pairs, 0),
        before: text('before'),
        after: text('after'),
      },
    ]
  })
  const byAnchor = Map.groupBy(told, ({ effect, direction, anchors, ports, before, after }) =>
    JSON.stringify([effect, direction, anchors.map(endKey), ports, before, after]),
  )
  return [...byAnchor.values()].flatMap((members): readonly ToldGroup[] => {
    const [first] = members
    if (first === undefined) return []
    return [
      {
        ...first,
        peers: [...new Map(members.flatMap(({ peers }) => peers.map((end) => [endKey(end), end]))).values()],
        pairs: members.reduce((sum, { pairs }) => sum + pairs, 0),
      },
    ]
  })
}

const sideOf = (verdict: FlowVerdict, direction: ChangeGroup['direction']): Decider | undefined =>
  decidersOf(verdict, verdict.outcome, direction)[0]

const withoutIsolation = (decider: Decider | undefined): unknown =>
  decider && { ...decider, isolatedBy: decider.isolatedBy.length > 0 }

function groupBlock(group: ToldGroup, { home }: WhatIfContext, isWide: boolean): Block {
  const { effect, anchors, direction, peers, ports, before, after, pairs } = group
  const names = (ends: readonly FlowEnd[]): string => {
    const shown = isWide ? ends : ends.slice(0, mostPeers)
    const more = ends.length - shown.length
    return [...shown.map((end) => endText(end, home)), ...(more > 0 ? [`and ${more} more`] : [])].join(', ')
  }
  const [own, other] = direction === 'ingress' ? ['to', 'from'] : ['from', 'to']
  return {
    kind: 'entry',
    mark: marks[effect],
    title: title(group, home),
    aside: count(pairs, 'pair'),
    paragraphs: [],
    rows: [
      ...(anchors.length > 1 ? [{ label: own, lines: [{ text: names(anchors) }] }] : []),
      { label: other, lines: [{ text: names(peers) }] },
      { label: 'ports', lines: [{ text: portsText(ports) }] },
      { label: 'before', lines: [{ text: before }] },
      { label: 'after', lines: [{ text: after }] },
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

function title({ effect, direction, anchors, peers }: ToldGroup, home: string | undefined): string {
  const [one, many, noun] = verbs[effect][direction]
  const [first] = anchors
  const others = count(peers.length, noun)
  if (first !== undefined && anchors.length === 1) return `${endText(first, home)} ${one} ${others}`
  return `${count(anchors.length, 'workload')} ${many} ${others}`
}

/** What decides on the side that changes; of the policies that isolate, those that isolate each. */
function reason(
  deciders: readonly (Decider | undefined)[],
  { locate, home }: Pick<WhatIfContext, 'locate' | 'home'>,
): string {
  const [first, ...others] = deciders.filter((decider) => decider !== undefined)
  if (first === undefined) return 'nothing'
  const isEverywhere = (reference: ObjectReference): boolean =>
    others.every(({ isolatedBy }) => isolatedBy.some((other) => keyOf(other) === keyOf(reference)))
  const shared = first.isolatedBy.filter(isEverywhere)
  const all = new Set([first, ...others].flatMap(({ isolatedBy }) => isolatedBy.map(keyOf)))
  const own = all.size - shared.length
  const isMore = first.rules.length === 0 && own > 0
  const more = isMore ? ` (and ${count(own, 'other policy', 'other policies')}, each some of them)` : ''
  const decider = shared.length > 0 ? { ...first, isolatedBy: shared } : first
  return escapeText(`${first.direction} ${deciderText(decider, locate, home)}${more}`)
}

function notes(
  { profile, gaps, notes: more, refused, locate }: WhatIfContext,
  { pairs }: WhatIf,
): readonly Block[] {
  const open = {
    yes: `the network plugin (${profile.name}) ends open connections that are denied now`,
    no: `the network plugin (${profile.name}) lets open connections go on; new ones are denied`,
    undefined: 'connections that are open now may go on or end: the API leaves it to the network plugin',
  }[profile.dropsOpenConnections]
  const lines: Line[] = [
    ...refused.map(
      (fault): Line => [
        { text: `! the API server would refuse it: ${faultText(fault, locate)}`, tone: 'warn' },
      ],
    ),
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
