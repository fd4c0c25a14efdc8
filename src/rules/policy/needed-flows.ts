import { memoTable } from '../../network/inventory/memo.ts'
import { distinctGaps, whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Direction, Policy } from '../../network/policy/model.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { namespacesSeen, workloadsMatching } from './matching.ts'

/** The workloads that a policy selects, as far as was read. */
export function subjectsOf({ subject }: Policy, network: Network): readonly Workload[] {
  if (subject.doubt !== undefined) return []
  return namespacesSeen(subject.namespaces, network).flatMap(
    (namespace) => workloadsMatching(namespace, subject.pods, network).items,
  )
}

const dialledTable = memoTable<readonly Workload[]>('rules.policy.dialled')

/** The workloads that answer where a workload dials. */
function dialledBy(workload: Workload, network: Network): readonly Workload[] {
  return network.inventory.memo.get(dialledTable, workload, () => {
    const behind = network.traffic.from(workload).items.flatMap((connection) => {
      const { destination } = network.traffic.destination(connection)
      return destination.kind === 'service' ? network.services.backends(destination.service).items : []
    })
    return [...new Set(behind)]
  })
}

/** The workloads that dial one. */
function callersOf(workload: Workload, network: Network): readonly Workload[] {
  return network.services
    .selecting(workload)
    .items.flatMap((service) =>
      network.traffic
        .to(service)
        .items.flatMap(({ client }) => (client.kind === 'workload' ? [client.workload] : [])),
    )
}

/** Workloads that dial those that a policy selects (ingress), or are dialled by them (egress), by key. */
export function neededBy(
  direction: Direction,
  subjects: readonly Workload[],
  network: Network,
): ReadonlyMap<string, Workload> {
  const others = subjects.flatMap((subject) =>
    direction === 'egress' ? dialledBy(subject, network) : callersOf(subject, network),
  )
  return new Map(others.map((workload) => [workload.key, workload]))
}

/**
 * Whether an Ingress or a route leads to a Service in front of a workload.
 *
 * @throws UnknownVerdict when none was found and routes were not read everywhere
 */
export function isRouted(subject: Workload, network: Network): boolean {
  const reads = network.services.selecting(subject).items.map((service) => network.traffic.to(service))
  if (reads.some(({ items }) => items.some(({ client }) => client.kind === 'route'))) return true
  const gaps = distinctGaps(reads.map((read) => read.gaps)).filter(({ kind }) =>
    /^Ingress$|Route$/.test(kind),
  )
  return whole({ items: [], gaps }).length > 0
}
