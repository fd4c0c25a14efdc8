import type { Network } from '../../network/network.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'
import type { Choice } from '../../network/services/node-choice.ts'
import {
  isExternalName,
  isHeadless,
  isReachableFromOutside,
  selectorOf,
} from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
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

/** The Service itself and the workloads whose pods stand, or should stand, behind it. */
function behind(service: Service, network: Network): readonly string[] {
  const workloads = [
    ...network.services.backends(service).items,
    ...network.services.selected(service).items.flatMap((pod) => network.workloads.ofPod(pod) ?? []),
  ]
  return [place.service(service), ...new Set(workloads.map(place.pods))]
}

function choose(
  way: Way,
  service: Service,
  port: ServicePort | undefined,
  network: Network,
): { readonly verdict: Verdict; readonly choices: readonly Endpoint[] } {
  const read =
    port === undefined ? network.services.endpoints(service) : network.services.ofPort(service, port)
  if (read.gaps.length > 0)
    return { verdict: { outcome: 'unknown', reason: 'not-read', gaps: read.gaps }, choices: read.items }
  if (port === undefined || isHeadless(service)) {
    const ready = read.items.filter((endpoint) => endpoint.ready)
    return ready.length > 0
      ? { verdict: passes, choices: ready }
      : {
          verdict: { outcome: 'fails', reason: emptyReason(service, network), symptom: 'nxdomain' },
          choices: [],
        }
  }
  const traffic =
    way.connection.client.kind === 'outside' && isReachableFromOutside(service) ? 'external' : 'internal'
  // Which node a packet from outside meets is the load balancer's business: judged without a node.
  const nodes = traffic === 'external' || way.clientNodes.length === 0 ? [undefined] : way.clientNodes
  const choices = nodes.map((node) => network.services.choose(service, port, node, traffic))
  return { verdict: overNodes(choices, service, network), choices: distinct(choices) }
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
  if (selectorOf(service) !== undefined && network.services.selected(service).items.length === 0)
    return 'no-endpoints'
  if (all.some((endpoint) => endpoint.ready)) return 'port-without-endpoints'
  const selected = network.services.selected(service).items
  return all.length === 0 && selected.length > 0
    ? 'port-without-endpoints'
    : all.length === 0
      ? 'no-endpoints'
      : 'no-ready-endpoints'
}

function distinct(choices: readonly Choice[]): Judgement['choices'] & readonly Endpoint[] {
  return [...new Set(choices.flatMap((choice) => choice.endpoints))]
}
