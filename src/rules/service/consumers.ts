import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import { isKindName, kinds } from '../../snapshot/kinds/kinds.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { wantedReplicas } from './wanted-replicas.ts'

/** Connections to a Service from clients that want to run: not from its own pods, nor from workloads at zero. */
export function consumersOf(service: Service, network: Network): readonly Connection[] {
  const own = new Set(network.services.backends(service).items.map(({ key }) => key))
  return network.traffic.to(service).items.filter(({ client }) => {
    if (client.kind !== 'workload') return true
    return !own.has(client.workload.key) && wantedReplicas(client.workload) !== 0
  })
}

/**
 * The same, when they are all of them: for conclusions from how many there are. The API server, which calls webhooks,
 * is not counted: few may read their configurations.
 *
 * @throws UnknownVerdict when workloads or routes of some namespace were not read
 */
export function allConsumersOf(service: Service, network: Network): readonly Connection[] {
  const { gaps } = network.traffic.to(service)
  whole({ items: [], gaps: gaps.filter(({ kind }) => isKindName(kind) && kinds[kind].namespaced) })
  return consumersOf(service, network)
}
