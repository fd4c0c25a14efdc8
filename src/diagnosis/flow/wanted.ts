import type { FlowEnd } from '../../change/flow-end.ts'
import type { FlowChange } from '../../change/flow-table.ts'
import type { Network } from '../../network/network.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { keyOf } from '../../snapshot/snapshot.ts'

/**
 * Whether all that a change lets through is what the source dials today: it mends a connection that is broken as well,
 * and opens nothing that nobody needs. So the fix of one flow is the one that a scan offers for all of them.
 */
export function isWanted({ source, destination, ports }: FlowChange, network: Network): boolean {
  const [client, server] = [workloadOf(source, network), workloadOf(destination, network)]
  if (client === undefined || server === undefined) return false
  const { services, traffic, workloads } = network
  const dialled = new Set(
    traffic.from(client).items.flatMap((connection) => {
      const resolved = traffic.destination(connection).destination
      if (resolved.kind !== 'service') return []
      return services
        .endpoints(resolved.service)
        .items.filter(({ pod }) => pod !== undefined && workloads.ofPod(pod)?.key === server.key)
        .map(({ targetPort }) => `${connection.protocol ?? 'TCP'} ${targetPort}`)
    }),
  )
  return ports.every(({ protocol, from, to }) => from === to && dialled.has(`${protocol} ${from}`))
}

function workloadOf(end: FlowEnd, { workloads }: Network): Workload | undefined {
  if (end.kind !== 'workload') return undefined
  const { reference } = end
  return workloads.get(reference.namespace ?? '', keyOf(reference)).items[0]
}
