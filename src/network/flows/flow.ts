import type { Gap } from '../../snapshot/snapshot.ts'
import { parseAddress } from '../inventory/address.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { decide, type FamilyVerdict, type Flow, type FlowVerdict } from '../policy/decide.ts'
import type { Endpoint as PolicyEnd } from '../policy/endpoint.ts'
import type { Protocol } from '../policy/model.ts'
import type { Policies } from '../policy/policies.ts'
import type { Endpoint } from '../services/endpoint.ts'
import { isHeadless } from '../services/service-facts.ts'
import { type Connection, type Destination, isRouted } from '../traffic/connection.ts'
import { type ClientPods, clientPods } from './client-pods.ts'

/** What flows are judged with. */
export interface FlowParts {
  readonly inventory: Inventory
  readonly policy: Policies
}

/** What the policies say of one sort of the client's pods. */
export interface ClientFlow extends ClientPods {
  readonly verdict: FlowVerdict
  /** The address families in which the packet may go; more than one only where nothing says which. */
  readonly families: readonly FamilyVerdict[]
}

/** The packet from a client to one place behind its destination. */
export type Judged =
  | { readonly is: 'judged'; readonly flows: readonly ClientFlow[] }
  /** Either end is nobody that a policy could be asked about. */
  | { readonly is: 'not-asked' }
  /** The pod at the other end was not read, and policies look at its labels. */
  | { readonly is: 'not-read'; readonly gaps: readonly Gap[] }

const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']

const notAsked: Judged = { is: 'not-asked' }

const judgements = memoTable<Judged>('flows.judged')
const pairs = new WeakMap<Connection, Map<Endpoint | undefined, object>>()

/** The same, worked out once for both directions, for all who ask, and for worlds in which nothing of it differs. */
export function judgedOnce(
  connection: Connection,
  destination: Destination,
  endpoint: Endpoint | undefined,
  parts: FlowParts,
): Judged {
  const { memo } = parts.inventory
  return memo.get(judgements, pairOf(connection, endpoint), () =>
    judge(connection, destination, endpoint, parts),
  )
}

/** One object for each pair: it is what the result is remembered by. */
function pairOf(connection: Connection, endpoint: Endpoint | undefined): object {
  const known = pairs.get(connection) ?? new Map<Endpoint | undefined, object>()
  pairs.set(connection, known)
  const pair = known.get(endpoint) ?? {}
  known.set(endpoint, pair)
  return pair
}

/**
 * What the policies say of a packet behind the translation of a Service's address: from each sort of the client's pods to
 * the pod port of the endpoint, or to the address that is dialled.
 *
 * @param endpoint the one that was chosen, where the destination is a Service
 */
export function judge(
  connection: Connection,
  destination: Destination,
  endpoint: Endpoint | undefined,
  parts: FlowParts,
): Judged {
  const end = endOf(connection, destination, endpoint, parts)
  const port = portOf(connection, endpoint)
  const protocol = protocols.find((item) => item === connection.protocol)
  if (end === undefined || port === undefined || protocol === undefined) return notAsked
  const self = end.kind === 'pod' ? end.pod : undefined
  const clients = clientPods(connection.client, tellsAddressesApart(end, parts.policy), self)
  if (clients.length === 0) return notAsked
  const throughService =
    endpoint !== undefined && !isHeadless(endpoint.service) && !isRouted(connection.client)
  const unread = end.kind === 'outside' ? unreadPod(endpoint, parts.inventory) : []
  const isHidden = unread.length > 0 || end === anywhere
  const flows = clients.map((sort): ClientFlow => {
    const flow: Flow = {
      source: { kind: 'pod', pod: sort.pod },
      destination: end,
      protocol,
      port,
      throughService,
    }
    const verdict = decide(flow, parts.policy)
    return { ...sort, verdict, families: ofAddress(verdict.families, endpoint?.address) }
  })
  if (!isHidden || isFree(flows, endpoint, parts)) return { is: 'judged', flows }
  return unread.length === 0 ? notAsked : { is: 'not-read', gaps: unread }
}

/** A headless Service has no address to translate: what is dialled is the pod's own port. */
function portOf({ port, client }: Connection, endpoint: Endpoint | undefined): number | undefined {
  if (endpoint === undefined) return port
  // Proxies look up pods and their ports by themselves.
  if (isRouted(client)) return endpoint.targetPort
  return isHeadless(endpoint.service) ? (port ?? endpoint.targetPort) : endpoint.targetPort
}

function endOf(
  { host, address, isOnOwnNode }: Connection,
  destination: Destination,
  endpoint: Endpoint | undefined,
  { inventory }: FlowParts,
): PolicyEnd | undefined {
  if (endpoint !== undefined) {
    if (endpoint.pod !== undefined) return { kind: 'pod', pod: endpoint.pod }
    if (endpoint.podName !== undefined && unreadPod(endpoint, inventory).length === 0) return undefined
    return endpoint.address === '' ? undefined : { kind: 'outside', address: endpoint.address }
  }
  switch (destination.kind) {
    case 'pod': {
      const [pod] = inventory.get('Pod', destination.namespace, destination.name).items
      return pod === undefined ? undefined : { kind: 'pod', pod }
    }
    case 'node': {
      const [node] = inventory.get('Node', '', destination.name).items
      return node === undefined ? outside(host, address) : { kind: 'node', node }
    }
    case 'external':
      // The API leaves it open whether policies hold for traffic to the own node; most plugins filter it, and so does this.
      return isOnOwnNode ? { kind: 'outside', address: host, nodeName: ownNode } : outside(host, address)
    default:
      return undefined
  }
}

/** Each pod has its own: no node has this name. */
const ownNode = '(the own node)'

/** Stands for a host of which only the name is known. */
const anywhere: PolicyEnd = { kind: 'outside', address: '192.0.2.1' }

const outside = (host: string, address: 4 | 6 | undefined): PolicyEnd =>
  address === undefined ? anywhere : { kind: 'outside', address: host }

/** What hides the pod of an endpoint that is known by name only. */
function unreadPod(endpoint: Endpoint | undefined, inventory: Inventory): readonly Gap[] {
  if (endpoint === undefined || endpoint.pod !== undefined || endpoint.podName === undefined) return []
  return inventory.gaps('Pod', endpoint.service.metadata.namespace)
}

/** Of a dual-stack pair only the family of the chosen endpoint carries the packet. */
function ofAddress(
  families: readonly FamilyVerdict[],
  address: string | undefined,
): readonly FamilyVerdict[] {
  if (families.length < 2 || address === undefined) return families
  const bits = parseAddress(address)?.bits
  const own = families.filter(({ destination }) => destination.address?.bits === bits)
  return own.length === 0 ? families : own
}

/** Whether the answer is the same whatever labels the other end has: no policy is in force on either side. */
function isFree(
  flows: readonly ClientFlow[],
  endpoint: Endpoint | undefined,
  { policy }: FlowParts,
): boolean {
  const decisions = flows.flatMap(({ families }) => families.map(({ egress }) => egress))
  if (!decisions.every(({ outcome, tier }) => outcome === 'passes' && tier === 'none')) return false
  if (endpoint === undefined) return true
  const { policies, gaps } = policy.in(endpoint.service.metadata.namespace ?? '')
  return (
    policies.every(({ rules }) => rules.ingress === undefined) &&
    gaps.length === 0 &&
    policy.cluster().all.length === 0
  )
}

/** Whether a policy at the other end, or of the cluster, names addresses: then each client pod has its own answer. */
function tellsAddressesApart(end: PolicyEnd, policies: Policies): boolean {
  if (end.kind !== 'pod') return false
  const ofNamespace = policies.in(end.pod.metadata.namespace ?? '').policies
  return [...ofNamespace, ...policies.cluster().all].some(({ rules }) =>
    (rules.ingress ?? []).some(
      ({ peers }) => peers !== 'all' && peers.some((peer) => peer.is === 'block' || peer.is === 'nodes'),
    ),
  )
}
