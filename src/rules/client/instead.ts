import type { Network } from '../../network/network.ts'
import type { Dial } from '../../network/references/dial.ts'
import { isExternalName, isHeadless } from '../../network/services/service-facts.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { sharesWord } from '../similar.ts'

/** A Service, and its port, that may stand in place of an address. */
export interface Substitute {
  readonly service: Service
  /** Absent when the dial has no port. */
  readonly port?: number | undefined
}

/** The name of a Service as a client in a namespace writes it. */
export function nameFor({ service }: Substitute, client: Workload): string {
  const { name, namespace = '' } = service.metadata
  return namespace === client.namespace ? name : `${name}.${namespace}`
}

/** Services that lead to a pod on the port that is dialled, by name. */
export function servicesOfPod(pod: Pod, port: number | undefined, network: Network): readonly Substitute[] {
  const workload = network.workloads.ofPod(pod)
  const services = workload === undefined ? [] : network.services.selecting(workload).items
  return services.flatMap((service): readonly Substitute[] => {
    const ports = network.services
      .endpoints(service)
      .items.filter(
        (endpoint) =>
          endpoint.podName === pod.metadata.name || endpoint.pod?.metadata.name === pod.metadata.name,
      )
    if (port === undefined) return ports.length === 0 ? [] : [{ service }]
    const fitting = ports.find(({ targetPort }) => targetPort === port)
    if (fitting === undefined) return isHeadless(service) && ports.length > 0 ? [{ service, port }] : []
    return [{ service, port: isHeadless(service) ? port : fitting.port?.port }]
  })
}

/** Ports that too many things listen on: by such a port alone no Service is picked. */
const common = new Set([80, 443, 3000, 5000, 8000, 8080, 8081, 8443, 9000, 9090])

/**
 * Services that may take the place of an address that nobody has: those that offer its port, and among several, or on
 * a port that everything listens on, those whose name has a word in common with the variable or the scheme. The
 * client's own namespace comes first.
 */
export function servicesLike(
  dials: readonly Dial[],
  port: number | undefined,
  client: Workload,
  network: Network,
): readonly Substitute[] {
  if (port === undefined) return []
  const own = new Set(network.services.selecting(client).items)
  const near = (services: readonly Service[]): readonly Service[] => {
    const offering = services.filter(
      (service) => !own.has(service) && !isExternalName(service) && offers(service, port),
    )
    if (offering.length === 1 && !common.has(port)) return offering
    return offering.filter((service) => hints(dials).some((hint) => sharesWord(hint, service.metadata.name)))
  }
  const here = near(network.services.in(client.namespace).items)
  const found = here.length > 0 ? here : near(network.inventory.list('Service').items)
  return found.map((service) => ({ service, port }))
}

function offers(service: Service, port: number): boolean {
  return service.spec.ports.some((item) => item.port === port && (item.protocol ?? 'TCP') === 'TCP')
}

/** What the place says about what is dialled: the variable's name, the container's ConfigMap key, the scheme. */
function hints(dials: readonly Dial[]): readonly string[] {
  return dials.flatMap(({ scheme, source }) => [
    scheme ?? '',
    source.variable ?? '',
    source.kind === 'env' ? (source.key ?? '') : '',
  ])
}
