import { distinctGaps } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { decide, type FlowVerdict } from '../../network/policy/decide.ts'
import type { CaveatId, Doubt } from '../../network/policy/doubt.ts'
import { addressesOf, type Endpoint, isFinished, isSamePod } from '../../network/policy/endpoint.ts'
import { explainFlow, type FamilyExplanation } from '../../network/policy/explain.ts'
import type { Policies } from '../../network/policy/policies.ts'
import { isObserved } from '../../network/workloads/pods.ts'
import { say, type Text } from '../../rules/text.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { type FlowEnd, hasAddress, type NamedEnd, named } from './ends.ts'
import type { AskedPort, Target, TargetPort } from './target-port.ts'
import { targetPorts } from './targets.ts'
import { worldEnds } from './world.ts'

export type JudgedOutcome = 'passes' | 'fails' | 'partly' | 'unknown'

export interface FlowQuestion {
  readonly source: FlowEnd
  readonly destination: FlowEnd
  readonly asked: AskedPort
}

/** One source and one target on one dialled port, in one address family. */
export interface JudgedPair {
  readonly port: TargetPort
  readonly source: NamedEnd
  readonly target: Target
  readonly outcome: 'passes' | 'fails' | 'unknown'
  /** Absent where policies were not even asked. */
  readonly why?: FamilyExplanation | undefined
  readonly family?: 4 | 6 | undefined
  readonly verdict: FlowVerdict
}

/** Pairs that are decided in the same way, for the same reason. Several ports when they share it for the same pairs. */
export interface Reason {
  readonly outcome: JudgedPair['outcome']
  readonly ports: readonly TargetPort[]
  readonly pairs: readonly JudgedPair[]
  readonly example: JudgedPair
}

/** What comes of one dialled port. */
export interface PortAnswer {
  readonly port: TargetPort
  readonly outcome: JudgedOutcome
  /** Each pod or address behind the port, whoever of the sources asks. */
  readonly targets: readonly { readonly target: Target; readonly outcome: JudgedOutcome }[]
  readonly pairs: readonly JudgedPair[]
}

export interface FlowAnswer {
  readonly question: FlowQuestion
  readonly outcome: JudgedOutcome
  readonly ports: readonly PortAnswer[]
  /** Denied ones first, then unknown, then allowed. */
  readonly reasons: readonly Reason[]
  readonly doubts: readonly Doubt[]
  readonly caveats: readonly CaveatId[]
  /** What was not read and the verdict takes for absent. */
  readonly assumes: readonly Gap[]
  readonly gaps: readonly Gap[]
  readonly notes: readonly Text[]
}

/**
 * Judges a question about a flow: every pod of the source against every target of every port that is asked about, after
 * the translation of a Service's address.
 *
 * @throws KnownError when the destination has no such port
 */
export function judgeFlow(question: FlowQuestion, policies: Policies, network: Network): FlowAnswer {
  const ports = targetPorts(question.destination, question.asked, network).map((port) =>
    judgePort(question, port, policies, network),
  )
  const verdicts = ports.flatMap(({ pairs }) => pairs.map(({ verdict }) => verdict))
  return {
    question,
    outcome: joined(ports.map(({ outcome }) => outcome)),
    ports,
    reasons: reasonsOf(ports),
    doubts: distinctDoubts(verdicts.flatMap(({ doubts }) => doubts)),
    caveats: [...new Set(verdicts.flatMap(({ caveats }) => caveats))],
    assumes: distinctGaps(verdicts.map(({ assumes }) => assumes)),
    gaps: distinctGaps([
      ...ports.map(({ port }) => port.gaps),
      ...verdicts.flatMap(({ doubts }) => doubts.map(({ gaps = [] }) => gaps)),
    ]),
    notes: [...ports.flatMap(({ port }) => port.notes), ...addressNotes(ports.flatMap(({ pairs }) => pairs))],
  }
}

/** What keeps packets from ever being sent, whatever policies say. */
function addressNotes(pairs: readonly JudgedPair[]): readonly Text[] {
  const ends = new Map(pairs.flatMap(({ source, target }) => [source, target]).map((end) => [end.name, end]))
  const waiting = [...ends.values()].filter(
    ({ end }) => end.kind === 'pod' && isObserved(end.pod) && !isFinished(end.pod) && !hasAddress(end),
  )
  const apart = pairs.find(
    ({ source, target }) =>
      hasAddress(source.end) && hasAddress(target.end) && !shareFamily(source.end, target.end),
  )
  return [
    ...waiting.map(({ name }) => say`Pod ${name} has no address yet: nothing can reach it now`),
    ...(apart === undefined
      ? []
      : [
          say`${apart.source.name} and ${apart.target.name} have no address family in common: no packet goes between them`,
        ]),
  ]
}

function shareFamily(a: Endpoint, b: Endpoint): boolean {
  const [first, second] = [addressesOf(a).parsed, addressesOf(b).parsed]
  return ([4, 6] as const).some((family) => first[family] !== undefined && second[family] !== undefined)
}

function judgePort(
  { source, destination }: FlowQuestion,
  port: TargetPort,
  policies: Policies,
  network: Network,
): PortAnswer {
  const targets = destination.kind === 'world' ? worldTargets(source, port, policies, network) : port.targets
  const sources = sourcesOf(source, targets, policies, network)
  const byTarget = targets.map((target) => {
    const others = port.isTranslated ? [] : sources.filter((from) => !isSelf(from, target))
    const pairs = (others.length > 0 ? others : sources).flatMap((from) =>
      judgePair(from, target, port, policies),
    )
    return { target, pairs, outcome: joined(pairs.map(({ outcome }) => outcome)) }
  })
  const known = joined(byTarget.map(({ outcome }) => outcome))
  return {
    port,
    outcome: port.gaps.length === 0 || known === 'partly' ? known : known === 'fails' ? 'partly' : 'unknown',
    targets: byTarget.map(({ target, outcome }) => ({ target, outcome })),
    pairs: byTarget.flatMap(({ pairs }) => pairs),
  }
}

/** A pod always reaches its own address; where others ask too, that says nothing. */
const isSelf = (source: NamedEnd, target: Target): boolean =>
  source.end.kind === 'pod' && target.end.kind === 'pod' && isSamePod(source.end.pod, target.end.pod)

function reasonsOf(ports: readonly PortAnswer[]): readonly Reason[] {
  const perPort = ports.flatMap(({ pairs }) => [...Map.groupBy(pairs, signature)])
  const same = Map.groupBy(perPort, ([key, pairs]) => `${key} ${JSON.stringify(pairs.map(ends))}`)
  return [...same.values()]
    .flatMap((parts): readonly Reason[] => {
      const pairs = parts.flatMap(([, own]) => own)
      const [example] = pairs
      if (example === undefined) return []
      const { outcome } = example
      return [{ outcome, ports: [...new Set(pairs.map(({ port }) => port))], pairs, example }]
    })
    .sort((a, b) => rank[a.outcome] - rank[b.outcome])
}

const ends = ({ source, target }: JudgedPair): readonly string[] => [source.name, target.name]

const rank = { fails: 0, unknown: 1, passes: 2 } as const

function sourcesOf(
  source: FlowEnd,
  targets: readonly Target[],
  policies: Policies,
  network: Network,
): readonly NamedEnd[] {
  switch (source.kind) {
    case 'pods':
      return source.pods.map((pod) =>
        named({ kind: 'pod', pod: source.isOneOfMany ? sibling(pod) : pod }, pod.metadata.name),
      )
    case 'service':
      return network.services
        .endpoints(source.service)
        .items.flatMap(({ pod }) => (pod === undefined ? [] : [named({ kind: 'pod', pod })]))
    case 'node':
      return [named({ kind: 'node', node: source.node })]
    case 'address':
      return [named({ kind: 'outside', address: source.address })]
    case 'world':
      return worldEnds(
        targets.map(({ end }) => end),
        policies,
      )
  }
}

/** Another pod of the same template, so that a workload that would have several does not only talk to itself. */
const sibling = (pod: Pod): Pod => ({
  ...pod,
  metadata: { ...pod.metadata, name: `${pod.metadata.name}-other` },
})

function worldTargets(
  source: FlowEnd,
  port: TargetPort,
  policies: Policies,
  network: Network,
): readonly Target[] {
  const pods = sourcesOf(source, [], policies, network).map(({ end }) => end)
  return worldEnds(pods, policies).map((end) => ({ ...end, port: port.dialled }))
}

function judgePair(
  source: NamedEnd,
  target: Target,
  port: TargetPort,
  policies: Policies,
): readonly JudgedPair[] {
  const { protocol, isTranslated } = port
  const verdict = decide(
    {
      source: source.end,
      destination: target.end,
      protocol,
      port: target.port,
      throughService: isTranslated,
    },
    policies,
  )
  const { families } = explainFlow(verdict, policies)
  if (families.length === 0) return [{ port, source, target, outcome: 'unknown', verdict }]
  return families.map((why) => ({
    port,
    source,
    target,
    outcome: why.outcome,
    why,
    family: families.length === 1 ? undefined : why.destination.address?.bits === 128 ? 6 : 4,
    verdict,
  }))
}

/** Equal for pairs that the same rules, or the same set of isolating policies, decide. */
function signature({ outcome, why, family, verdict }: JudgedPair): string {
  const sides = (why === undefined ? [] : [why.egress, why.ingress]).map(
    ({ outcome: own, tier, decidedBy, isolatedBy, doubts }) => [
      own,
      tier,
      decidedBy.map(({ policy, path }) => `${policy.kind} ${policy.name} ${path}`),
      own === 'passes' ? [] : isolatedBy.map(({ policy }) => policy.name),
      doubts.map(({ id }) => id),
    ],
  )
  return JSON.stringify([outcome, family, sides, verdict.doubts.map(({ id }) => id)])
}

/** All alike, or in part; what is not known stays so unless something surely fails. */
function joined(outcomes: readonly JudgedOutcome[]): JudgedOutcome {
  const found = new Set(outcomes)
  const [only = 'unknown'] = found
  if (found.size <= 1) return only
  return found.has('fails') || found.has('partly') ? 'partly' : 'unknown'
}

function distinctDoubts(doubts: readonly Doubt[]): readonly Doubt[] {
  const byText = new Map(
    doubts.map((doubt) => [
      `${doubt.id} ${doubt.policy?.namespace} ${doubt.policy?.name} ${doubt.field}`,
      doubt,
    ]),
  )
  return [...byText.values()]
}
