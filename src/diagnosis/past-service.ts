import { memoTable } from '../network/inventory/memo.ts'
import type { Network } from '../network/network.ts'
import { isExternalName } from '../network/services/service-facts.ts'
import type { Connection } from '../network/traffic/connection.ts'
import { clientOf } from '../rules/client/dialled.ts'
import { servicesLike } from '../rules/client/instead.ts'
import type { Service } from '../snapshot/kinds/service.ts'

const table = memoTable<readonly Connection[]>('diagnosis.dialledAddresses')

/**
 * Who dials the pods of a Service past it: by the address that one of them has, or by one that nobody has any more and that
 * was most likely one of theirs, by its port and by what the variable is called.
 */
export function pastService(service: Service, network: Network): readonly Connection[] {
  if (isExternalName(service)) return []
  const current = network.services
    .endpoints(service)
    .items.flatMap(({ address }) => (address === '' ? [] : network.traffic.toAddress(address).items))
  const stale = dialledAddresses(network).filter((connection) => {
    const workload = clientOf(connection)
    const { destination } = network.traffic.destination(connection)
    if (workload === undefined || destination.kind !== 'unowned') return false
    const [only, second] = servicesLike(connection.dials, connection.port, workload, network)
    return only?.service === service && second === undefined
  })
  return [...new Set([...current, ...stale])]
}

/** Connections of workloads to addresses, in all namespaces that were read. */
function dialledAddresses({ inventory, workloads, traffic }: Network): readonly Connection[] {
  return inventory.memo.get(table, '', () =>
    workloads
      .namespaces()
      .flatMap((namespace) => workloads.in(namespace).items)
      .flatMap((workload) => traffic.from(workload).items.filter(({ address }) => address !== undefined)),
  )
}
