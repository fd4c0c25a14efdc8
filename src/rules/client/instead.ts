import type { Network } from '../../network/network.ts'
import type { Dial } from '../../network/references/dial.ts'
import { keyWords } from '../../network/references/key-words.ts'
import { isExternalName, isHeadless, protocolOf, targetPortOf } from '../../network/services/service-facts.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
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
 * Services that may take the place of an address that nobody has: those with its port in front of their pods or on
 * them. Of several, and on a port that everything listens on, only those that the variable is named after, else those
 * that have a word in common with it or with the scheme. The client's own namespace comes first.
 */
export function servicesLike(
  dials: readonly Dial[],
  port: number | undefined,
  client: Workload,
  network: Network,
): readonly Substitute[] {
  if (port === undefined) return []
  const own = new Set(network.services.selecting(client).items)
  const fitting = (services: readonly Service[]): readonly Substitute[] => {
    const offering = services.flatMap((service) => (own.has(service) ? [] : offer(service, port, network)))
    if (offering.length === 1 && !common.has(port)) return offering
    const named = offering.filter(({ service }) =>
      dials.some((dial) => isNamedAfter(dial, service.metadata.name)),
    )
    if (named.length > 0) return named
    return offering.filter(({ service }) =>
      hints(dials).some((hint) => sharesWord(hint, service.metadata.name)),
    )
  }
  const here = fitting(network.services.in(client.namespace).items)
  return here.length > 0 ? here : fitting(network.inventory.list('Service').items)
}

/** The Service with the port that leads to a port of pods; the address was a pod's, so the pods' port comes first. */
function offer(service: Service, port: number, network: Network): readonly Substitute[] {
  if (isExternalName(service)) return []
  const ports = service.spec.ports.filter((item) => protocolOf(item) === 'TCP')
  const behind =
    ports.find((item) => leadsTo(service, item, port, network)) ?? ports.find((item) => item.port === port)
  if (behind === undefined) return []
  return [{ service, port: isHeadless(service) ? port : behind.port }]
}

/** Whether connections to a Service port end at this port of the pods. */
export function leadsTo(service: Service, servicePort: ServicePort, port: number, network: Network): boolean {
  const target = targetPortOf(servicePort)
  if (typeof target === 'number') return target === port
  return network.services.ofPort(service, servicePort).items.some(({ targetPort }) => targetPort === port)
}

/** Whether a variable is called like a Service: `API_URL` and `api`, `ORDERS_DB_HOST` and `orders-db-service`. */
function isNamedAfter(dial: Dial, service: string): boolean {
  const stem = stemOf(dial)
  return stem !== '' && (stem === service || stem === service.replace(/-(service|svc)$/, ''))
}

const addressWords = new Set(
  'host hostname url uri addr address server endpoint ip dsn port broker'.split(' '),
)

/** The name of the variable in the spelling of a Service, without the words that only say that it is an address. */
function stemOf({ source: { variable, kind, key = '' } }: Dial): string {
  const words = keyWords(variable ?? (kind === 'env' ? key : ''))
  return words.slice(0, words.findLastIndex((word) => !addressWords.has(word)) + 1).join('-')
}

/** What the place says about what is dialled: the variable's name and the scheme. */
function hints(dials: readonly Dial[]): readonly string[] {
  return dials.flatMap((dial) => [dial.scheme ?? '', stemOf(dial)])
}
