import { surelyPass } from '../network/flows/alike.ts'
import { clientNodes } from '../network/flows/chosen.ts'
import { memoTable } from '../network/inventory/memo.ts'
import type { Network } from '../network/network.ts'
import { type Endpoint, endpointName } from '../network/services/endpoint.ts'
import type { Connection } from '../network/traffic/connection.ts'
import { type Place, place } from '../network/traffic/place.ts'
import type { Gap } from '../snapshot/snapshot.ts'
import { dns } from './hops/dns.ts'
import { egress } from './hops/egress.ts'
import { endpoints } from './hops/endpoints.ts'
import { ingress } from './hops/ingress.ts'
import { listener } from './hops/listener.ts'
import { name } from './hops/name.ts'
import { pod } from './hops/pod.ts'
import { leadsOnBehind, route } from './hops/route.ts'
import { service } from './hops/service.ts'
import {
  type Branch,
  type Hop,
  type HopKind,
  isBroken,
  type Outcome,
  type Path,
  type Verdict,
} from './path.ts'
import type { HopJudge, Judgement, Way } from './way.ts'

/** The hops in the order in which the packet meets them. A new kind of hop is a file in hops/ and a line here. */
const table: readonly HopJudge[] = [route, name, dns, service, endpoints, egress, ingress, pod, listener]

const before = table.filter((hop) => !hop.perEndpoint)
const perEndpoint = table.filter((hop) => hop.perEndpoint)

/** Walks one connection. The only code that turns a connection into a path; nobody else judges a hop. */
export function walk(connection: Connection, network: Network): Path {
  const way: Way = {
    connection,
    resolved: network.traffic.destination(connection),
    clientNodes: clientNodes(connection.client),
  }
  const hops: Hop[] = []
  let chosen: Judgement | undefined
  for (const judge of before) {
    const judgement = judge.judge(way, network, walk)
    if (judgement.choices !== undefined) chosen = judgement
    hops.push(hopOf(judge, judgement))
    if (judgement.verdict.outcome === 'fails' && !leadsOn(judge.kind, judgement.verdict, way))
      return finish(connection, hops)
  }
  if (chosen === undefined) return finish(connection, [...hops, ...straight(way, network)])
  return finish(connection, withBranches(hops, chosen, way, network))
}

/**
 * Hops behind which the way is known although the packet does not get there: what a name means is known without a lookup,
 * and where a route leads without a controller. A fault further on is one of its own, for it stays when the first is
 * mended.
 */
function leadsOn(kind: HopKind, verdict: Verdict, { resolved: { destination } }: Way): boolean {
  if (kind === 'route') return leadsOnBehind(verdict)
  return kind === 'dns' || (kind === 'name' && destination.kind === 'service')
}

/** One for all: most hops rest on nothing else. */
const nothingBehind: readonly Place[] = []

function hopOf(judge: HopJudge, { place: at, verdict, behind = nothingBehind }: Judgement): Hop {
  return { kind: judge.kind, place: at, verdict, behind }
}

/** Hops behind a destination that is no Service: there is nothing to choose. */
function straight(way: Way, network: Network): readonly Hop[] {
  const { kind } = way.resolved.destination
  const isAddress = kind === 'pod' || kind === 'unowned' || kind === 'node' || kind === 'external'
  if (!isAddress) return []
  return perEndpoint.map((judge) => hopOf(judge, judge.judge(way, network, walk)))
}

/** Walks every chosen endpoint and joins the verdicts into the hop `endpoints`. */
function withBranches(
  hops: readonly Hop[],
  { choices = [], uncertain = [] }: Judgement,
  way: Way,
  network: Network,
): readonly Hop[] {
  const same: Hop[] = []
  const passesPolicies = surelyPass(way.connection, way.resolved.destination, choices, network)
  const through = { ...way, passesPolicies }
  const branches = choices.map((endpoint) => branchTo(endpoint, through, network, same))
  return hops.map((hop) =>
    hop.kind === 'endpoints' ? { ...hop, branches, verdict: joined(hop.verdict, branches, uncertain) } : hop,
  )
}

interface SharedPart {
  readonly place: Place
  readonly name: string
  readonly hops: ReadonlyMap<HopKind, Hop>
}

const ofEndpoints = memoTable<SharedPart>('trace.endpoint')
const ofClients = perEndpoint.filter((judge) => judge.isSameForClients !== true)

/**
 * The way through one endpoint. A large cluster has more branches than anything else: hops that are the same for every
 * client, or for every endpoint of this way, are one object.
 */
function branchTo(endpoint: Endpoint, way: Way, network: Network, same: Hop[]): Branch {
  const {
    place: at,
    name: named,
    hops: shared,
  } = network.inventory.memo.get(ofEndpoints, endpoint, () => sharedPart(endpoint, way, network))
  // Where policies let everything pass, the first branch has told all that differs between clients.
  const isKnown = way.passesPolicies === true && same.length === ofClients.length
  const own = isKnown ? same : ownHops({ ...way, endpoint }, network, same)
  // Mapped and not filtered: a filtered list keeps room for many more.
  const hops = perEndpoint.map(
    ({ kind }) => shared.get(kind) ?? own.find((hop) => hop.kind === kind) ?? unjudged(kind),
  )
  return { place: at, name: named, hops }
}

function unjudged(kind: HopKind): never {
  throw new Error(`the hop ${kind} was not judged`)
}

function sharedPart(endpoint: Endpoint, way: Way, network: Network): SharedPart {
  const judges = perEndpoint.filter((judge) => judge.isSameForClients === true)
  return {
    place: place.endpoint(endpoint),
    name: endpointName(endpoint),
    hops: new Map(
      judges.map((judge) => [judge.kind, hopOf(judge, judge.judge({ ...way, endpoint }, network, walk))]),
    ),
  }
}

const ownHops = (way: Way, network: Network, same: Hop[]): readonly Hop[] =>
  ofClients.map((judge) => ownHop(judge, way, network, same))

/** A hop that is this client's own; one object for all endpoints of the way for which it is the same. */
function ownHop(judge: HopJudge, way: Way, network: Network, same: Hop[]): Hop {
  const { place: at, verdict, behind } = judge.judge(way, network, walk)
  const equal = same.find((hop) => hop.kind === judge.kind && hop.place === at && hop.verdict === verdict)
  if (equal !== undefined && behind === undefined) return equal
  const hop = hopOf(judge, { place: at, verdict, ...(behind !== undefined && { behind }) })
  same.push(hop)
  return hop
}

function joined(own: Verdict, branches: readonly Branch[], uncertain: readonly Gap[]): Verdict {
  if (own.outcome !== 'passes' || branches.length === 0) return own
  const broken = branches.flatMap((branch) => branch.hops.find((hop) => isBroken(hop.verdict)) ?? [])
  const [first] = broken
  if (first === undefined) {
    const unknown = branches.flatMap(
      (branch) => branch.hops.find((hop) => hop.verdict.outcome === 'unknown') ?? [],
    )
    return unknown[0]?.verdict ?? own
  }
  const { reason, symptom } = first.verdict
  if (broken.length === branches.length) return { outcome: 'fails', reason, symptom }
  if (uncertain.length > 0) return { outcome: 'unknown', reason: 'not-read', gaps: uncertain }
  return { outcome: 'partly', reason, symptom, share: { failing: broken.length, of: branches.length } }
}

function finish(connection: Connection, hops: readonly Hop[]): Path {
  const firstBroken = hops.find((hop) => isBroken(hop.verdict))
  return { connection, hops, outcome: outcomeOf(hops), share: firstBroken?.verdict.share, firstBroken }
}

/** The outcome of a way: what is broken wins over what is unknown; hops that nobody judges are left out. */
function outcomeOf(hops: readonly Hop[]): Outcome {
  const outcomes = hops.map((hop) => hop.verdict.outcome)
  for (const outcome of ['fails', 'partly', 'unknown', 'passes'] as const)
    if (outcomes.includes(outcome)) return outcome
  return outcomes.includes('not-checked') ? 'not-checked' : 'not-applicable'
}
