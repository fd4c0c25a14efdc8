import type { Endpoint } from '../services/endpoint.ts'
import { dependsOnNode } from '../services/node-choice.ts'
import { isHeadless, isReachableFromOutside } from '../services/service-facts.ts'
import type { Services } from '../services/services.ts'
import type { Client, Connection, Destination } from '../traffic/connection.ts'
import { isDeleting, isFinished } from '../workloads/pods.ts'
import type { Workload } from '../workloads/workload.ts'

/** By workload, which is never changed. */
const nodesOf = new WeakMap<Workload, readonly string[]>()

/** Nodes that a client runs on; empty when not known. */
export function clientNodes(client: Client): readonly string[] {
  if (client.kind !== 'workload') return []
  const { workload } = client
  const known = nodesOf.get(workload)
  if (known !== undefined) return known
  const running = workload.pods.filter((item) => !isFinished(item) && !isDeleting(item))
  const nodes = [...new Set(running.flatMap((item) => item.spec.nodeName ?? []))].sort()
  nodesOf.set(workload, nodes)
  return nodes
}

/** The endpoints that a connection to a Service may end at: the choice of kube-proxy on each of the client's nodes. */
export function chosenEndpoints(
  { client, port: dialled }: Connection,
  { service, port: found, family }: Extract<Destination, { kind: 'service' }>,
  services: Services,
): readonly Endpoint[] {
  const [onlyPort] = service.spec.ports
  const port = found ?? (isHeadless(service) || dialled === undefined ? onlyPort : undefined)
  if (port === undefined || isHeadless(service)) {
    if (port === undefined && !isHeadless(service)) return []
    const read =
      port === undefined ? services.endpoints(service, family) : services.ofPort(service, port, family)
    return read.items.filter(({ ready }) => ready)
  }
  const isExternal = client.kind === 'outside' && isReachableFromOutside(service)
  const isSame = isExternal || !dependsOnNode(service, services.ofPort(service, port, family).items)
  const nodes = isSame ? [] : clientNodes(client)
  const traffic = isExternal ? 'external' : 'internal'
  if (nodes.length === 0) return services.choose(service, port, undefined, traffic, family).endpoints
  const choices = nodes.map((node) => services.choose(service, port, node, traffic, family))
  return [...new Set(choices.flatMap(({ endpoints }) => endpoints))]
}
