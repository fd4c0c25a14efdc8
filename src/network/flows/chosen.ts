import type { Endpoint } from '../services/endpoint.ts'
import { dependsOnNode } from '../services/node-choice.ts'
import { isHeadless, isReachableFromOutside } from '../services/service-facts.ts'
import type { Services } from '../services/services.ts'
import type { Client, Connection, Destination } from '../traffic/connection.ts'
import { isDeleting, isFinished } from '../workloads/pods.ts'

/** Nodes that a client runs on; empty when not known. */
export function clientNodes(client: Client): readonly string[] {
  if (client.kind !== 'workload') return []
  const running = client.workload.pods.filter((item) => !isFinished(item) && !isDeleting(item))
  return [...new Set(running.flatMap((item) => item.spec.nodeName ?? []))].sort()
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
  const choices = (nodes.length === 0 ? [undefined] : nodes).map((node) =>
    services.choose(service, port, node, isExternal ? 'external' : 'internal', family),
  )
  return [...new Set(choices.flatMap(({ endpoints }) => endpoints))]
}
