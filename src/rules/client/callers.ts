import { serviceCandidates } from '../../network/dns/names.ts'
import { memoTable } from '../../network/inventory/memo.ts'
import type { Network } from '../../network/network.ts'
import type { Dial } from '../../network/references/dial.ts'
import type { Workload } from '../../network/workloads/workload.ts'

/** A workload that dials a Service by name, with the places where it is written. */
export interface Caller {
  readonly workload: Workload
  readonly dials: readonly Dial[]
}

type CallerIndex = ReadonlyMap<string, readonly Caller[]>

const table = memoTable<CallerIndex>('client.callers')

/** The workloads of all namespaces that dial a name, whether or not a Service has it. */
export function callersOf(namespace: string, service: string, network: Network): readonly Caller[] {
  return network.workloads
    .namespaces()
    .flatMap((name) => index(name, network).get(`${namespace}/${service}`) ?? [])
}

function index(namespace: string, network: Network): CallerIndex {
  return network.inventory.memo.get(table, namespace, () => {
    const callers = network.workloads.in(namespace).items.flatMap((workload) => {
      const byName = Map.groupBy(network.references.of(workload).items, ({ host }) => {
        const name = serviceCandidates(host, namespace)
        return name === undefined ? '' : `${name.namespace}/${name.service}`
      })
      return [...byName].map(([name, dials]) => ({ name, caller: { workload, dials } }))
    })
    const grouped = Map.groupBy(callers, ({ name }) => name)
    return new Map([...grouped].map(([name, items]) => [name, items.map(({ caller }) => caller)]))
  })
}
