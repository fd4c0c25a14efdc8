import { reachesUsualDns } from '../../network/flows/assumed-dns.ts'
import { type Lookup, lookupsOf, needsLookup } from '../../network/flows/lookups.ts'
import { memoTable } from '../../network/inventory/memo.ts'
import type { Network } from '../../network/network.ts'
import { protocolOf } from '../../network/services/service-facts.ts'
import { type Client, type Connection, clientKey } from '../../network/traffic/connection.ts'
import { place } from '../../network/traffic/place.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import {
  type Hop,
  type HopKind,
  notApplicable,
  notChecked,
  type Path,
  passes,
  type Reason,
  type Verdict,
} from '../path.ts'
import type { HopJudge, Judgement, Walk, Way } from '../way.ts'

type Answer = Omit<Judgement, 'place'>

/**
 * Whether the client can ask its nameservers. A lookup is a connection of its own, from the client to port 53, and is
 * walked like any other. Only the way there is judged; what the server answers is the hop `name`'s.
 */
export const dns: HopJudge = {
  kind: 'dns',
  perEndpoint: false,
  judge: (way, network, walk) => ({
    place: place.resolver(clientKey(way.connection.client)),
    ...answer(way, network, walk),
  }),
}

const answers = memoTable<Answer>('trace.resolver')

/** A client asks the same servers for every name. */
function answer({ connection, resolved }: Way, network: Network, walk: Walk): Answer {
  const { client } = connection
  if (!needsLookup(connection) || resolved.destination.kind === 'loopback' || client.kind !== 'workload')
    return { verdict: notApplicable }
  return network.inventory.memo.get(answers, client.workload, () => resolve(client, network, walk))
}

function resolve(client: Client, network: Network, walk: Walk): Answer {
  const { items, hidden, gaps, protocol } = lookupsOf(client, network.inventory)
  const [first] = items
  if (first === undefined) {
    if (gaps.length === 0) return { verdict: notChecked }
    return { verdict: reachesUsualDns(client, protocol, network) ? passes : unread(gaps) }
  }
  const all = items.map((lookup) => ask(lookup, network, walk))
  const [own = { verdict: notChecked }] = all
  // A resolver asks the next server when one is silent: names are lost when all are out of reach.
  const isAlone = items.length + hidden === 1
  const isLost = hidden === 0 && all.every(({ verdict }) => verdict.outcome === 'fails')
  if (!isAlone && !isLost && own.verdict.outcome !== 'passes') return { verdict: notChecked }
  return own
}

const unread = (gaps: readonly Gap[]): Verdict => ({ outcome: 'unknown', reason: 'not-read', gaps })

function ask({ connection, instead, nameserver }: Lookup, network: Network, walk: Walk): Answer {
  const answer = lacksProtocol(connection, network) ?? answerOf(walk(connection, network))
  if (instead !== undefined) {
    // Which of the two the kubelet has told the pods is in no object.
    const other = answerOf(walk(instead, network))
    return answer.verdict.outcome === other.verdict.outcome ? answer : { verdict: notChecked }
  }
  // Whether a server outside of the cluster knows the cluster's names is another question.
  return nameserver.kind === 'custom' && answer.verdict.outcome === 'passes'
    ? { verdict: notChecked }
    : answer
}

/** A DNS Service with port 53 over the other protocol only. */
function lacksProtocol(connection: Connection, network: Network): Answer | undefined {
  const { destination } = network.traffic.destination(connection)
  if (destination.kind !== 'service' || destination.port === undefined) return undefined
  if (protocolOf(destination.port) === connection.protocol) return undefined
  const behind = [place.dns, place.service(destination.service)]
  return { verdict: { outcome: 'fails', reason: 'dns-unavailable' }, behind }
}

/**
 * The way to a server, as far as policies go, and whether anything stands behind the DNS Service. What its pods answer is
 * the hop `name`'s business.
 */
function answerOf(path: Path): Answer {
  const down = path.hops.find(({ kind, verdict }) => isService.has(kind) && verdict.outcome === 'fails')
  if (down !== undefined && unavailable.has(down.verdict.reason))
    return {
      verdict: { outcome: 'fails', reason: 'dns-unavailable' },
      behind: [place.dns, down.place, ...down.behind],
    }
  const ways = (path.hops.find(({ branches }) => branches !== undefined)?.branches ?? [path]).map(
    ({ hops }) => hops.filter(({ kind }) => kind === 'egress' || kind === 'ingress'),
  )
  const stops = ways.map((hops) => hops.find(({ verdict }) => verdict.outcome === 'fails'))
  const denied = stops.filter((hop) => hop !== undefined)
  const all = ways.flat()
  const [stop = all.find(({ verdict }) => verdict.outcome === 'partly')] = denied
  if (ways.length > 0 && denied.length === ways.length && stop !== undefined)
    return lost(stop, { outcome: 'fails' })
  const undecided = all.find(({ verdict }) => verdict.outcome === 'unknown')
  if (undecided !== undefined) return { verdict: undecided.verdict }
  if (stop !== undefined)
    return lost(stop, {
      outcome: 'partly',
      share: denied.length === 0 ? stop.verdict.share : { failing: denied.length, of: ways.length },
    })
  const isJudged = all.some(({ verdict }) => verdict.outcome === 'passes')
  return { verdict: isJudged ? passes : notChecked }
}

const isService: ReadonlySet<HopKind> = new Set(['service', 'endpoints'])
const unavailable: ReadonlySet<Reason | undefined> = new Set<Reason>([
  'port-not-on-service',
  'no-endpoints',
  'no-ready-endpoints',
  'port-without-endpoints',
])

function lost({ place: at, behind, verdict }: Hop, how: Verdict): Answer {
  const reason = verdict.reason === 'ingress-denied' ? 'ingress-denied' : 'resolver-unreachable'
  return { verdict: { ...how, reason }, behind: [at, ...behind] }
}
