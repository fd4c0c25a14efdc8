import { reachesUsualDns } from '../../network/flows/assumed-dns.ts'
import { chosenEndpoints } from '../../network/flows/chosen.ts'
import { judgedOnce } from '../../network/flows/flow.ts'
import { type Lookup, lookupsOf, needsLookup } from '../../network/flows/lookups.ts'
import { memoTable } from '../../network/inventory/memo.ts'
import type { Network } from '../../network/network.ts'
import type { Explanation } from '../../network/policy/explain.ts'
import type { Client, Connection } from '../../network/traffic/connection.ts'
import { serviceConnection } from '../../network/traffic/traffic.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { type Gap, keyOf, type ObjectReference } from '../../snapshot/snapshot.ts'
import { kindOf } from './denial-kind.ts'
import { type Denial, denialsOf, undecided } from './denials.ts'
import { mostToBlame } from './denied-group.ts'

type Over = 'UDP' | 'TCP'

/** A rule of a policy, by where it stands. */
export interface RuleAt {
  readonly policy: ObjectReference
  /** `spec.egress[1]`. */
  readonly path: string
}

/** How the egress policies of a client stand between it and its nameserver. */
export interface DnsTrouble {
  readonly is: 'denied' | 'tcp-only' | 'udp-only' | 'service-port' | 'node-local'
  readonly workload: Workload
  readonly lookup: Lookup
  /** Why the lookup is denied, over the protocol that is. */
  readonly explanation: Explanation
  /** How many of the DNS pods are out of reach, when not all are. */
  readonly share?: Denial['share']
  /** The rule that was meant to allow it, where there is one. */
  readonly rule?: RuleAt | undefined
  /** The policy to change. */
  readonly policy: ObjectReference
}

/** The troubles of a namespace, by client, and those alike together. */
export interface DnsTroubles {
  readonly byClient: ReadonlyMap<string, DnsTrouble>
  readonly alike: ReadonlyMap<string, DnsGroup>
}

/** Troubles that one policy is to blame for, in one way. */
export type DnsGroup = readonly [DnsTrouble, ...DnsTrouble[]]

const table = memoTable<DnsTroubles>('rules.policy.dns')

/** Of troubles that are alike one policy is to blame for, in one way. */
export const troubleKey = ({ is, policy }: DnsTrouble): string => `${is} ${keyOf(policy)}`

/** The clients of a namespace that look up names and cannot, or not in every way. */
export function dnsTroubles(namespace: string, network: Network): DnsTroubles {
  return network.inventory.memo.get(table, namespace, () => {
    const found = network.workloads.in(namespace).items.flatMap((workload) => {
      const asks = network.traffic
        .from(workload)
        .items.some(
          (connection) =>
            needsLookup(connection) &&
            network.traffic.destination(connection).destination.kind !== 'loopback',
        )
      return asks ? (troubleOf(workload, network) ?? []) : []
    })
    return {
      byClient: new Map(found.map((trouble) => [trouble.workload.key, trouble])),
      alike: new Map(
        [...Map.groupBy(found, troubleKey)].flatMap(([key, [first, ...others]]) =>
          first === undefined ? [] : [[key, [first, ...others]] as const],
        ),
      ),
    }
  })
}

/** What would have to be read to know whether a client may ask its nameserver; empty when it is known. */
export function undecidedLookup(connection: Connection, network: Network): readonly Gap[] {
  const { client } = connection
  if (!needsLookup(connection)) return []
  const { items, gaps, protocol } = lookupsOf(client, network.inventory)
  if (items.length === 0 && gaps.length > 0) return reachesUsualDns(client, protocol, network) ? [] : gaps
  return items.slice(0, 1).flatMap((lookup) => undecided(lookup.connection, 'egress', network))
}

function troubleOf(workload: Workload, network: Network): DnsTrouble | undefined {
  const client: Client = { kind: 'workload', workload }
  const { items, hidden, protocol: first } = lookupsOf(client, network.inventory)
  const [lookup] = items
  if (lookup === undefined || hidden > 0) return undefined
  const [udp, tcp] = (['UDP', 'TCP'] as const).map((over) => denialOver(over, client, network))
  const denied = first === 'UDP' ? udp : tcp
  const trouble = (is: DnsTrouble['is'], denial: Denial, rule: RuleAt | undefined): DnsTrouble => ({
    is,
    workload,
    lookup,
    explanation: denial.explanation,
    share: denial.share,
    rule,
    policy: rule?.policy ?? mostToBlame(denial.explanation, network) ?? workload.reference,
  })
  if (denied === undefined) {
    // Names resolve; only large answers are asked for again, over TCP.
    return first === 'TCP' || tcp === undefined
      ? undefined
      : trouble('udp-only', tcp, allowingRule(connectionOver('UDP', client, network), network))
  }
  if (first === 'UDP' && tcp === undefined)
    return trouble('tcp-only', denied, allowingRule(connectionOver('TCP', client, network), network))
  const kind = kindOf(denied, network)
  if (kind.is === 'service-port') return trouble('service-port', denied, kind.miss.rule)
  const behindCache = lookup.nameserver.kind === 'node-local' ? lookup.nameserver.service : undefined
  const meant =
    behindCache === undefined
      ? undefined
      : allowingRule(serviceConnection(client, behindCache, 53, first), network)
  return meant === undefined ? trouble('denied', denied, undefined) : trouble('node-local', denied, meant)
}

/** The denial of the lookup, when every nameserver is out of reach over this protocol. */
function denialOver(over: Over, client: Client, network: Network): Denial | undefined {
  const denials = lookupsOf(client, network.inventory, over).items.map(({ connection, instead }) => {
    const own = egressDenial(connection, network)
    return instead === undefined || egressDenial(instead, network) !== undefined ? own : undefined
  })
  return denials.every((denial) => denial !== undefined) ? denials[0] : undefined
}

function egressDenial(connection: Connection, network: Network): Denial | undefined {
  return denialsOf(connection, network).find(
    ({ direction, explanation }) => direction === 'egress' && explanation.tier === 'network-policy',
  )
}

const connectionOver = (over: Over, client: Client, { inventory }: Network): Connection | undefined =>
  lookupsOf(client, inventory, over).items[0]?.connection

/** The rule by which a connection gets out, when one does. */
function allowingRule(connection: Connection | undefined, network: Network): RuleAt | undefined {
  if (connection === undefined) return undefined
  const { destination } = network.traffic.destination(connection)
  const [endpoint] =
    destination.kind === 'service' ? chosenEndpoints(connection, destination, network.services) : []
  const judged = judgedOnce(connection, destination, endpoint, network)
  if (judged.is !== 'judged') return undefined
  const [decision] = judged.flows.flatMap(({ families }) => families.map(({ egress }) => egress))
  const [rule] = decision?.outcome === 'passes' ? decision.decidedBy : []
  return rule === undefined ? undefined : { policy: rule.policy.reference, path: rule.path }
}
