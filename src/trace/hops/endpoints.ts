import { memoTable } from '../../network/inventory/memo.ts'
import { distinctGaps } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'
import { type Choice, dependsOnNode, isLocal } from '../../network/services/node-choice.ts'
import {
  isExternalName,
  isHeadless,
  isReachableFromOutside,
  selectorOf,
} from '../../network/services/service-facts.ts'
import { type Connection, isRouted } from '../../network/traffic/connection.ts'
import { type Place, place } from '../../network/traffic/place.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { notApplicable, passes, type Reason, type Symptom, type Verdict } from '../path.ts'
import type { HopJudge, Judgement, Way } from '../way.ts'

/** Which endpoints the client's connections go to: the choice of kube-proxy on each of the client's nodes. */
export const endpoints: HopJudge = {
  kind: 'endpoints',
  perEndpoint: false,
  judge(way, network) {
    const { destination } = way.resolved
    if (destination.kind !== 'service' || isExternalName(destination.service)) {
      return { place: place.address(way.connection.host), verdict: notApplicable }
    }
    const { service } = destination
    const [onlyPort] = service.spec.ports
    const port =
      destination.port ?? (isHeadless(service) || way.connection.port === undefined ? onlyPort : undefined)
    const at = place.servicePort(service, destination.port)
    if (port === undefined && !isHeadless(service)) return { place: at, verdict: notApplicable }
    return { place: at, behind: behind(service, network), ...choose(way, service, port, network) }
  },
}

const placesBehind = memoTable<readonly Place[]>('trace.behind')

/** The Service itself and the workloads whose pods stand, or should stand, behind it. */
function behind(service: Service, network: Network): readonly Place[] {
  return network.inventory.memo.get(placesBehind, service, () => {
    const workloads = [
      ...network.services.backends(service).items,
      ...network.services.selected(service).items.flatMap((pod) => network.workloads.ofPod(pod) ?? []),
    ]
    return [place.service(service), ...new Set(workloads.map(place.pods))]
  })
}

function choose(
  { connection, resolved, clientNodes }: Way,
  service: Service,
  port: ServicePort | undefined,
  network: Network,
): Omit<Judgement, 'place' | 'behind'> {
  const family = resolved.destination.kind === 'service' ? resolved.destination.family : undefined
  const read =
    port === undefined
      ? network.services.endpoints(service, family)
      : network.services.ofPort(service, port, family)
  if (read.gaps.length > 0) return { verdict: unread(read.gaps), choices: read.items }
  if (port === undefined || isHeadless(service)) {
    const choices = read.items.filter((endpoint) => endpoint.ready)
    if (choices.length > 0) return { verdict: passes, choices }
    return {
      verdict: { outcome: 'fails', reason: emptyReason(service, network), symptom: 'nxdomain' },
      choices,
    }
  }
  const isExternal = connection.client.kind === 'outside' && isReachableFromOutside(service)
  const traffic = isExternal ? 'external' : 'internal'
  // Which node a packet from outside meets is the load balancer's business: judged without a node.
  const isSame = clientNodes.length === 0 || !dependsOnNode(service, read.items, traffic)
  const nodes = isExternal || isSame ? [undefined] : clientNodes
  const choices = nodes.map((node) => network.services.choose(service, port, node, traffic, family))
  const local = nodeGaps(connection, service, network)
  if (!isExternal && clientNodes.length === 0 && local.length > 0 && choices[0]?.endpoints.length !== 0)
    return { verdict: unread(local), choices: distinct(choices) }
  return {
    verdict: ofClient(overNodes(choices, service, network), connection),
    choices: distinct(choices),
    uncertain: distinctGaps(
      choices.map((choice, index) => network.services.choiceGaps(choice, nodes[index])),
    ),
  }
}

/** What a client of a route feels is a code that its proxy makes, and not what the proxy meets. */
function ofClient(verdict: Verdict, { client }: Connection): Verdict {
  return isRouted(client) ? { ...verdict, symptom: undefined } : verdict
}

const unread = (gaps: readonly Gap[]): Verdict => ({ outcome: 'unknown', reason: 'not-read', gaps })

/** What hides the nodes of a client of which a Local traffic policy makes the choice depend. */
function nodeGaps({ client }: Connection, service: Service, network: Network): readonly Gap[] {
  return client.kind === 'workload' && isLocal(service, 'internal')
    ? network.inventory.gaps('Pod', client.workload.namespace)
    : []
}

function overNodes(choices: readonly Choice[], service: Service, network: Network): Verdict {
  const failing = choices.filter((choice) => choice.endpoints.length === 0)
  const [first] = failing
  if (first === undefined) return passes
  const isLocal = first.reason === 'no-local-endpoint'
  // kube-proxy drops for a Local policy and rejects where there is no endpoint at all.
  const symptom: Symptom = isLocal ? 'timeout' : 'refused'
  const reason: Reason = isLocal ? 'no-local-endpoint' : emptyReason(service, network)
  if (failing.length === choices.length) return { outcome: 'fails', reason, symptom }
  return { outcome: 'partly', reason, symptom, share: { failing: failing.length, of: choices.length } }
}

/** Why no endpoint is usable: nothing is selected, nothing selected is ready, or the port means nothing to the pods. */
function emptyReason(service: Service, network: Network): Reason {
  const all = network.services.endpoints(service).items
  const isSelected = network.services.selected(service).items.length > 0
  if (selectorOf(service) !== undefined && !isSelected) return 'no-endpoints'
  if (all.some((endpoint) => endpoint.ready)) return 'port-without-endpoints'
  if (all.length > 0) return 'no-ready-endpoints'
  return isSelected ? 'port-without-endpoints' : 'no-endpoints'
}

function distinct(choices: readonly Choice[]): readonly Endpoint[] {
  return [...new Set(choices.flatMap((choice) => choice.endpoints))]
}
