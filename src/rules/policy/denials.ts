import { surelyPass } from '../../network/flows/alike.ts'
import { chosenEndpoints } from '../../network/flows/chosen.ts'
import { type ClientFlow, type Judged, judgedOnce } from '../../network/flows/flow.ts'
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

/** What is known of a connection: denials, and what would have to be read to know more. */
interface Judgement {
  readonly denials: readonly Denial[]
  readonly undecided: Readonly<Record<Direction, readonly Gap[]>>
}

const table = memoTable<Judgement>('rules.policy.denials')
const nothing: Judgement = { denials: [], undecided: { egress: [], ingress: [] } }

/** What policies deny of a connection; nothing where it is not known whether they do. */
export function denialsOf(connection: Connection, network: Network): readonly Denial[] {
  return judged(connection, network).denials
}

/** What would have to be read to know whether policies deny a connection in one direction; empty when it is known. */
export function undecided(connection: Connection, direction: Direction, network: Network): readonly Gap[] {
  return judged(connection, network).undecided[direction]
}

function judged(connection: Connection, network: Network): Judgement {
  return network.inventory.memo.get(table, connection, () => {
    const { destination, gaps } = network.traffic.destination(connection)
    const all = endsOf(connection, destination, network)
    const known = all.filter((endpoint) => endpoint !== undefined)
    if (known.length === all.length && surelyPass(connection, destination, known, network)) return nothing
    const ends = all.map((endpoint) => ({
      endpoint,
      judged: judgedOnce(connection, destination, endpoint, network),
    }))
    // Where nothing enforces policies, what they deny gets through.
    const isMoot = gaps.length > 0 || !network.policy.profile.enforcesPolicies
    const denials = isMoot
      ? []
      : (['egress', 'ingress'] as const).flatMap(
          (direction) => inDirection(direction, connection, destination, ends, network) ?? [],
        )
    const missing = (direction: Direction): readonly Gap[] =>
      distinctGaps(ends.map((end) => gapsIn(end.judged, direction)))
    return { denials, undecided: { egress: missing('egress'), ingress: missing('ingress') } }
  })
}

function gapsIn(end: Judged, direction: Direction): readonly Gap[] {
  if (end.is === 'not-read') return end.gaps
  if (end.is !== 'judged') return []
  return end.flows
    .flatMap(({ families }) => families.map((family) => family[direction]))
    .filter(({ outcome }) => outcome === 'unknown')
    .flatMap(({ doubts }) => doubts.flatMap((doubt) => doubt.gaps ?? []))
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
  ends: readonly { readonly endpoint?: Endpoint | undefined; readonly judged: Judged }[],
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

function stopOf(direction: Direction, judged: Judged): Stop | undefined {
  if (judged.is !== 'judged') return undefined
  const pairs = judged.flows.flatMap((flow) => flow.families.map((family) => ({ flow, family })))
  if (pairs.some(({ family }) => family[direction].outcome === 'unknown')) return undefined
  return pairs.find(({ family }) => family[direction].outcome === 'fails')
}
