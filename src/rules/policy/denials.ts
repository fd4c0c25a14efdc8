import { surelyPasses } from '../../network/flows/alike.ts'
import { chosenEndpoints } from '../../network/flows/chosen.ts'
import { type ClientFlow, type Judged, judge } from '../../network/flows/flow.ts'
import { flowPlace } from '../../network/flows/flow-place.ts'
import { memoTable } from '../../network/inventory/memo.ts'
import { distinctGaps } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { FamilyVerdict } from '../../network/policy/decide.ts'
import { type Explanation, explainDecision } from '../../network/policy/explain.ts'
import type { Direction } from '../../network/policy/model.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'
import type { Connection, Destination } from '../../network/traffic/connection.ts'
import type { Place } from '../../network/traffic/place.ts'
import type { Gap } from '../../snapshot/snapshot.ts'

/** One direction of a connection in which policies stop it, whole or in part. */
export interface Denial {
  readonly connection: Connection
  readonly destination: Destination
  readonly direction: Direction
  readonly place: Place
  /** Why the first of the stopped pairs is stopped; the others differ in pods, seldom in reasons. */
  readonly explanation: Explanation
  /** Endpoints that are out of reach, of those that the connection may end at; absent when it is all of them. */
  readonly share?: { readonly failing: number; readonly of: number } | undefined
}

const table = memoTable<readonly Denial[]>('rules.policy.denials')

/** What policies deny of a connection; nothing where it is not known whether they do. */
export function denialsOf(connection: Connection, network: Network): readonly Denial[] {
  const { client, key } = connection
  return network.inventory.memo.get(table, key, () => {
    // The client is an argument; looking it up makes the remembered result depend on it.
    if (client.kind === 'workload') network.workloads.get(client.workload.namespace, client.workload.key)
    const { destination, gaps } = network.traffic.destination(connection)
    // Where nothing enforces policies, what they deny gets through.
    if (gaps.length > 0 || !network.policy.profile.enforcesPolicies) return []
    const ends = judgedEnds(connection, network)
    if (ends.every(({ judged }) => judged === undefined)) return []
    return (['egress', 'ingress'] as const).flatMap(
      (direction) => inDirection(direction, connection, destination, ends, network) ?? [],
    )
  })
}

interface JudgedEnd {
  readonly endpoint: Endpoint | undefined
  /** Absent where the packet surely passes. */
  readonly judged: Judged | undefined
}

const judgedTable = memoTable<readonly JudgedEnd[]>('rules.policy.judged')

/** The ends of a connection, each judged once for all rules. */
function judgedEnds(connection: Connection, network: Network): readonly JudgedEnd[] {
  const { client, key } = connection
  return network.inventory.memo.get(judgedTable, key, () => {
    // The client is an argument; looking it up makes the remembered result depend on it.
    if (client.kind === 'workload') network.workloads.get(client.workload.namespace, client.workload.key)
    const { destination } = network.traffic.destination(connection)
    return endsOf(connection, destination, network).map((endpoint) => ({
      endpoint,
      judged: surelyPasses(connection, destination, endpoint, network)
        ? undefined
        : judge(connection, destination, endpoint, network),
    }))
  })
}

/** What would have to be read to know whether policies deny a connection in one direction; empty when it is known. */
export function undecided(connection: Connection, direction: Direction, network: Network): readonly Gap[] {
  const gaps = judgedEnds(connection, network).map(({ judged }) => {
    if (judged === undefined) return []
    if (judged.is === 'not-read') return judged.gaps
    if (judged.is !== 'judged') return []
    return judged.flows
      .flatMap(({ families }) => families.map((family) => family[direction]))
      .filter(({ outcome }) => outcome === 'unknown')
      .flatMap(({ doubts }) => doubts.flatMap((doubt) => doubt.gaps ?? []))
  })
  return distinctGaps(gaps)
}

function endsOf(
  connection: Connection,
  destination: Destination,
  network: Network,
): readonly (Endpoint | undefined)[] {
  return destination.kind === 'service'
    ? chosenEndpoints(connection, destination, network.services)
    : [undefined]
}

interface Stop {
  readonly flow: ClientFlow
  readonly family: FamilyVerdict
}

function inDirection(
  direction: Direction,
  connection: Connection,
  destination: Destination,
  ends: readonly JudgedEnd[],
  network: Network,
): Denial | undefined {
  const stops = ends.map(({ judged }) => stopOf(direction, judged))
  const found = stops.filter((stop) => stop !== undefined)
  const [first] = found
  if (first === undefined) return undefined
  return {
    connection,
    destination,
    direction,
    place: flowPlace(direction, connection, destination, ends[0]?.endpoint),
    explanation: explainDecision(first.flow.verdict, first.family, direction, network.policy),
    share: found.length < ends.length ? { failing: found.length, of: ends.length } : undefined,
  }
}

function stopOf(direction: Direction, judged: Judged | undefined): Stop | undefined {
  if (judged?.is !== 'judged') return undefined
  const pairs = judged.flows.flatMap((flow) => flow.families.map((family) => ({ flow, family })))
  if (pairs.some(({ family }) => family[direction].outcome === 'unknown')) return undefined
  return pairs.find(({ family }) => family[direction].outcome === 'fails')
}
