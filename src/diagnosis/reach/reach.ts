import { distinctGaps } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { decide, type FlowVerdict } from '../../network/policy/decide.ts'
import type { CaveatId } from '../../network/policy/doubt.ts'
import { type Endpoint, isFinished, isSamePod } from '../../network/policy/endpoint.ts'
import type { Direction, Protocol } from '../../network/policy/model.ts'
import type { Policies } from '../../network/policy/policies.ts'
import { type PortAtom, portAtoms, vocabularyOf } from '../../network/policy/reachability/vocabulary.ts'
import type { Text } from '../../rules/text.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { type Gap, keyOf, type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import { type Decider, decidersOf } from '../expected/deciders.ts'
import type { FlowEnd } from '../flow/ends.ts'
import type { JudgedOutcome } from '../flow/judge.ts'
import { type AskedPort, declaredPorts, type TargetPort } from '../flow/target-port.ts'
import { targetPorts } from '../flow/targets.ts'
import { worldEnds } from '../flow/world.ts'

/** Who may reach an end (`to`), or what an end may reach (`from`). */
export interface ReachQuestion {
  readonly side: 'to' | 'from'
  readonly end: FlowEnd
  /** Of the asked end, for `to`. */
  readonly asked: AskedPort
}

/** A workload, a pod without one, or addresses outside that the policies treat alike. */
export type ReachPeer =
  | { readonly kind: 'workload'; readonly reference: ObjectReference }
  | { readonly kind: 'outside'; readonly name: string }

/** Ports of one protocol that are judged alike; one port but for pods that declare none. */
export interface ReachPorts {
  readonly protocol: Protocol
  readonly from: number
  readonly to: number
}

/** Peers with the same ports; of a share only so many of their pairs of pods pass. */
export interface ReachEntry {
  readonly ports: readonly ReachPorts[]
  readonly peers: readonly ReachPeer[]
  readonly share?: { readonly passing: number; readonly of: number } | undefined
}

/** What is decided in the same way by the same rules. */
export interface ReachGroup {
  readonly outcome: JudgedOutcome
  readonly entries: readonly ReachEntry[]
  readonly deciders: readonly Decider[]
}

export interface ReachAnswer {
  readonly question: ReachQuestion
  /** The ports that are asked about, for `to`. */
  readonly ports: readonly TargetPort[]
  /** Allowed ones first. */
  readonly groups: readonly ReachGroup[]
  /** Workloads that were looked at; the asked one is among them when it has several pods. */
  readonly workloads: number
  readonly caveats: readonly CaveatId[]
  readonly assumes: readonly Gap[]
  readonly gaps: readonly Gap[]
  readonly notes: readonly Text[]
}

/**
 * Judges one end against every workload that was read and the addresses outside.
 *
 * @throws KnownError when the end has no such port, or needs one
 */
export function reach(question: ReachQuestion, policies: Policies, network: Network): ReachAnswer {
  const workloads = allWorkloads(network)
  const judge = new Judge(policies, tellingSide(question))
  const ports = question.side === 'to' ? targetPorts(question.end, question.asked, network) : []
  const cells =
    question.side === 'to'
      ? ports.flatMap((port) => cellsInto(question.end, port, workloads, judge, policies))
      : cellsOut(question.end, workloads, judge, policies, network)
  return {
    question,
    ports,
    groups: grouped(cells),
    workloads: new Set(cells.flatMap(({ peer }) => (peer.kind === 'workload' ? keyOf(peer.reference) : [])))
      .size,
    caveats: [...judge.caveats],
    assumes: distinctGaps(judge.assumes),
    gaps: distinctGaps([
      ...ports.map(({ gaps }) => gaps),
      network.workloads.unread(),
      network.inventory.gaps('NetworkPolicy'),
      ...judge.gaps,
    ]),
    notes: ports.flatMap(({ notes }) => notes),
  }
}

/** The direction that tells most: of the asked end, unless no policy is about it. */
function tellingSide({ side, end }: ReachQuestion): Direction {
  const isOfPods = end.kind === 'pods' || end.kind === 'service'
  return (side === 'to') === isOfPods ? 'ingress' : 'egress'
}

interface OfWorkload {
  readonly reference: ObjectReference
  readonly pods: readonly Pod[]
}

/** What has traffic, by namespace and name. */
function allWorkloads({ workloads }: Network): readonly OfWorkload[] {
  const found = new Map<string, { reference: ObjectReference; pods: Pod[] }>()
  for (const namespace of workloads.namespaces())
    for (const pod of workloads.podsIn(namespace).items) {
      if (isFinished(pod)) continue
      const reference = workloads.ofPod(pod)?.reference ?? referenceTo(pod)
      const key = keyOf(reference)
      const known = found.get(key)
      if (known === undefined) found.set(key, { reference, pods: [pod] })
      else known.pods.push(pod)
    }
  return [...found.values()].sort((a, b) => (orderOf(a.reference) < orderOf(b.reference) ? -1 : 1))
}

const orderOf = ({ namespace = '', name, kind }: ObjectReference): string => `${namespace}/${name}/${kind}`

/** One peer on one port, or on ports that are judged alike. */
interface Cell {
  readonly peer: ReachPeer
  readonly ports: ReachPorts
  readonly outcome: JudgedOutcome
  readonly share: { readonly passing: number; readonly of: number }
  readonly deciders: readonly Decider[]
}

/** Every workload, and the outside, towards one port of the asked end. */
function cellsInto(
  end: FlowEnd,
  port: TargetPort,
  workloads: readonly OfWorkload[],
  judge: Judge,
  policies: Policies,
): readonly Cell[] {
  const ports = { protocol: port.protocol, from: port.dialled, to: port.dialled }
  const isWorld = end.kind === 'world'
  const cell = (peer: ReachPeer, sources: readonly Endpoint[]): readonly Cell[] => {
    const targets = isWorld
      ? worldEnds(sources, policies).map((target) => ({ ...target, port: port.dialled }))
      : port.targets
    const pairs = sources.flatMap((source) =>
      targets.map((target) => ({ source, destination: target.end, port: target.port })),
    )
    return judge.cell(peer, ports, pairs, port.isTranslated)
  }
  const outside =
    end.kind === 'pods' || end.kind === 'service'
      ? worldEnds(
          port.targets.map((target) => target.end),
          policies,
        )
      : []
  return [
    ...workloads.flatMap(({ reference, pods }) =>
      isSelf(reference, end) ? [] : cell({ kind: 'workload', reference }, pods.map(podEnd)),
    ),
    ...outside.flatMap(({ name, end: source }) => cell({ kind: 'outside', name }, [source])),
  ]
}

/** The asked end towards every workload, on the ports that it declares or on all, and towards the outside. */
function cellsOut(
  end: FlowEnd,
  workloads: readonly OfWorkload[],
  judge: Judge,
  policies: Policies,
  network: Network,
): readonly Cell[] {
  const vocabulary = vocabularyOf([policies])
  const all = portAtoms(vocabulary, { TCP: new Set(), UDP: new Set(), SCTP: new Set() })
  const sources = sourcesOf(end, network)
  const cells = (
    peer: ReachPeer,
    destinations: readonly Endpoint[],
    ports: readonly ReachPorts[],
  ): readonly Cell[] => {
    const from = end.kind === 'world' ? worldEnds(destinations, policies).map((item) => item.end) : sources
    return ports.flatMap((range) =>
      judge.cell(
        peer,
        range,
        from.flatMap((source) =>
          destinations.map((destination) => ({ source, destination, port: range.from })),
        ),
      ),
    )
  }
  const outside = end.kind === 'pods' || end.kind === 'service' ? worldEnds(sources, policies) : []
  return [
    ...workloads.flatMap(({ reference, pods }) => {
      if (isSelf(reference, end)) return []
      const peer = { kind: 'workload', reference } as const
      const declared = portsOf(pods)
      if (declared.length === 0) return cells(peer, pods.map(podEnd), all)
      return declared.flatMap((range) => cells(peer, declaring(pods, range).map(podEnd), [range]))
    }),
    ...outside.flatMap(({ name, end: destination }) => cells({ kind: 'outside', name }, [destination], all)),
  ]
}

const podEnd = (pod: Pod): Endpoint => ({ kind: 'pod', pod })

/** A stand-in for several pods would only talk to itself. */
const isSelf = (reference: ObjectReference, end: FlowEnd): boolean =>
  end.kind === 'pods' && end.isStandIn && keyOf(end.reference) === keyOf(reference)

function portsOf(pods: readonly Pod[]): readonly ReachPorts[] {
  const found = pods.flatMap(declaredPorts).map(({ port, protocol }) => ({ protocol, from: port, to: port }))
  return [...new Map(found.map((range) => [`${range.protocol} ${range.from}`, range])).values()]
}

function declaring(pods: readonly Pod[], { protocol, from }: ReachPorts): readonly Pod[] {
  return pods.filter((pod) =>
    declaredPorts(pod).some((item) => item.port === from && item.protocol === protocol),
  )
}

function sourcesOf(end: FlowEnd, network: Network): readonly Endpoint[] {
  switch (end.kind) {
    case 'pods':
      return end.pods.map(podEnd)
    case 'service':
      return network.services
        .endpoints(end.service)
        .items.flatMap(({ pod }) => (pod === undefined ? [] : [podEnd(pod)]))
    case 'node':
      return [{ kind: 'node', node: end.node }]
    case 'address':
      return [{ kind: 'outside', address: end.address }]
    case 'world':
      return []
  }
}

interface Pair {
  readonly source: Endpoint
  readonly destination: Endpoint
  readonly port: number
}

/** Judges cells, and remembers what the verdicts rest on. */
class Judge {
  readonly caveats = new Set<CaveatId>()
  readonly assumes = new Set<readonly Gap[]>()
  readonly gaps = new Set<readonly Gap[]>()
  readonly #policies: Policies
  readonly #own: Direction

  /** @param own the direction that is told where both say the same */
  constructor(policies: Policies, own: Direction) {
    this.#policies = policies
    this.#own = own
  }

  /** None where a pod would only meet itself. */
  cell(peer: ReachPeer, ports: ReachPorts, pairs: readonly Pair[], throughService = false): readonly Cell[] {
    const verdicts = pairs
      .filter(({ source, destination }) => !isOnePod(source, destination))
      .map(({ source, destination, port }) =>
        this.#note(
          decide({ source, destination, protocol: ports.protocol, port, throughService }, this.#policies),
        ),
      )
    const [first] = verdicts
    if (first === undefined) return []
    const outcome = joined(verdicts.map((verdict) => verdict.outcome))
    const telling =
      verdicts.find((verdict) => verdict.outcome === (outcome === 'partly' ? 'fails' : outcome)) ??
      verdicts.find((verdict) => verdict.outcome !== 'passes') ??
      first
    const passing = verdicts.filter((verdict) => verdict.outcome === 'passes').length
    const share = { passing, of: verdicts.length }
    return [{ peer, ports, outcome, share, deciders: this.#deciders(telling) }]
  }

  #note(verdict: FlowVerdict): FlowVerdict {
    for (const caveat of verdict.caveats) this.caveats.add(caveat)
    this.assumes.add(verdict.assumes)
    for (const { gaps = [] } of verdict.doubts) this.gaps.add(gaps)
    return verdict
  }

  /** One side, unless the other one alone decides: the other ends differ in that. */
  #deciders(verdict: FlowVerdict): readonly Decider[] {
    const family = verdict.families.find((item) => item.outcome === verdict.outcome) ?? verdict.families[0]
    const isOwn = family === undefined || family[this.#own].outcome === family.outcome
    const other = this.#own === 'egress' ? 'ingress' : 'egress'
    return decidersOf(verdict, verdict.outcome, isOwn ? this.#own : other)
  }
}

const isOnePod = (a: Endpoint, b: Endpoint): boolean =>
  a.kind === 'pod' && b.kind === 'pod' && isSamePod(a.pod, b.pod)

/** In part is what passes in part: where nothing is sure to pass, it is unknown whether anything does. */
function joined(outcomes: readonly JudgedOutcome[]): JudgedOutcome {
  const found = new Set(outcomes)
  const [only = 'unknown'] = found
  if (found.size <= 1) return only
  return found.has('passes') || found.has('partly') ? 'partly' : 'unknown'
}

const ranks: Readonly<Record<JudgedOutcome, number>> = { passes: 0, partly: 1, unknown: 2, fails: 3 }

/** By outcome and what decides; in each, peers with the same ports together. */
function grouped(cells: readonly Cell[]): readonly ReachGroup[] {
  const alike = Map.groupBy(cells, ({ outcome, deciders }) => JSON.stringify([outcome, deciders]))
  return [...alike.values()]
    .flatMap((members): readonly ReachGroup[] => {
      const [first] = members
      if (first === undefined) return []
      return [{ outcome: first.outcome, deciders: first.deciders, entries: entriesOf(members) }]
    })
    .sort((a, b) => ranks[a.outcome] - ranks[b.outcome])
}

function entriesOf(cells: readonly Cell[]): readonly ReachEntry[] {
  const byPeer = Map.groupBy(cells, ({ peer, share, outcome }) =>
    JSON.stringify([peer, outcome === 'partly' ? share : undefined]),
  )
  const entries = [...byPeer.values()].flatMap((members): readonly ReachEntry[] => {
    const [first] = members
    if (first === undefined) return []
    const share = first.outcome === 'partly' ? first.share : undefined
    return [{ ports: joinedPorts(members.map(({ ports }) => ports)), peers: [first.peer], share }]
  })
  const same = Map.groupBy(entries, ({ ports, share }) => JSON.stringify([ports, share]))
  return [...same.values()].flatMap((members): readonly ReachEntry[] => {
    const [first] = members
    return first === undefined ? [] : [{ ...first, peers: members.flatMap(({ peers }) => peers) }]
  })
}

/** Neighbours become one range. */
function joinedPorts(ports: readonly (ReachPorts | PortAtom)[]): readonly ReachPorts[] {
  const found: ReachPorts[] = []
  for (const { protocol, from, to } of ports) {
    const last = found.at(-1)
    if (last?.protocol === protocol && last.to + 1 === from) found[found.length - 1] = { ...last, to }
    else found.push({ protocol, from, to })
  }
  return found
}
