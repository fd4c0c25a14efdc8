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

/** The workloads that answer where a workload dials. */
function dialledBy(workload: Workload, network: Network): ReadonlySet<string> {
  const connections = network.traffic.from(workload).items
  const behind = connections.flatMap((connection) => {
    const { destination } = network.traffic.destination(connection)
    return destination.kind === 'service' ? network.services.backends(destination.service).items : []
  })
  return new Set(behind.map(({ key }) => key))
}

/** Whether a workload dials one that the policy selects (ingress), or is dialled by one (egress). */
export function isNeeded(
  direction: Direction,
  subjects: readonly Workload[],
  other: Workload,
  network: Network,
): boolean {
  if (direction === 'egress') return subjects.some((subject) => dialledBy(subject, network).has(other.key))
  const dialled = dialledBy(other, network)
  return subjects.some(({ key }) => dialled.has(key))
}

/** Whether an Ingress or a route leads to a Service in front of a workload. */
export function isRouted(subject: Workload, network: Network): boolean {
  return network.services
    .selecting(subject)
    .items.some((service) => network.traffic.to(service).items.some(({ client }) => client.kind === 'route'))
}
