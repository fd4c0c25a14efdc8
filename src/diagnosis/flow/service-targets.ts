import type { Network } from '../../network/network.ts'
import type { Endpoint as PolicyEnd } from '../../network/policy/endpoint.ts'
import type { Protocol } from '../../network/policy/model.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'
import {
  isExternalName,
  isHeadless,
  primaryFamily,
  protocolOf,
} from '../../network/services/service-facts.ts'
import { say, type Text } from '../../rules/text.ts'
import { isKind } from '../../snapshot/kinds/kinds.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import { KnownError } from '../../snapshot/known-error.ts'
import { type Gap, referenceTo } from '../../snapshot/snapshot.ts'
import { type NamedEnd, named, workloadEnd } from './ends.ts'
import { type AskedPort, declaredPorts, protocolNamed, type Target, type TargetPort } from './target-port.ts'

/**
 * The ports of a Service that are asked about, with the pods behind each.
 *
 * @throws KnownError when it offers no such port
 */
export function servicePorts(service: Service, asked: AskedPort, network: Network): readonly TargetPort[] {
  const { ports } = service.spec
  const { port, protocol } = asked
  const meant = ports.filter(
    (item) =>
      (port === undefined || (typeof port === 'number' ? item.port === port : item.name === port)) &&
      (protocol === undefined || protocolOf(item) === protocol),
  )
  // Any port of the pods behind a headless Service may be dialled: nothing translates it.
  if (meant.length === 0 && isHeadless(service) && typeof port === 'number')
    return [headlessPort(service, port, protocol ?? 'TCP', network)]
  if (meant.length === 0) throw notOffered(service, asked, network)
  return meant.map((item) => servicePort(service, item, port, network))
}

function notOffered(service: Service, { port, protocol }: AskedPort, network: Network): KnownError {
  const { name, namespace = '' } = service.metadata
  const offers = service.spec.ports.map(
    (item) => `${item.port}/${protocolOf(item)}${item.name === '' ? '' : ` (${item.name})`}`,
  )
  const wanted = port === undefined ? '' : ` ${port}${protocol === undefined ? '' : `/${protocol}`}`
  const behind = service.spec.ports.find((item) =>
    network.services.ofPort(service, item).items.some(({ targetPort }) => targetPort === port),
  )
  const hint =
    behind === undefined
      ? ''
      : `; ${port} is the port of the pods behind it, which is reached as ${name}:${behind.port}`
  return new KnownError(
    'PORT_MISSING',
    `svc/${name} in namespace "${namespace}" offers no port${wanted}: it has ${offers.join(', ') || 'none'}${hint}`,
  )
}

function servicePort(
  service: Service,
  port: ServicePort,
  asked: AskedPort['port'],
  network: Network,
): TargetPort {
  const base = {
    dialled: port.port,
    protocol: protocolNamed(protocolOf(port)) ?? 'TCP',
    servicePort: port,
    isTranslated: !isHeadless(service),
  }
  const reference = referenceTo(service)
  if (isExternalName(service))
    return {
      ...base,
      targets: [],
      gaps: [],
      notes: [
        say`${reference} is an alias of ${service.spec.externalName ?? ''}: policies see the address that this name has when it is dialled, and nobody knows it here`,
      ],
    }
  const read = network.services.ofPort(service, port)
  const ready = read.items.filter((endpoint) => endpoint.ready)
  const chosen = ready.length > 0 ? ready : read.items
  const isPlain = isHeadless(service) && typeof asked === 'number'
  const found = chosen.map((endpoint) => targetOf(endpoint, isPlain ? asked : endpoint.targetPort, network))
  const targets = found.flatMap(({ target }) => target ?? [])
  if (read.gaps.length > 0 || chosen.length > 0)
    return {
      ...base,
      targets,
      gaps: [...read.gaps, ...found.flatMap(({ gaps }) => gaps)],
      notes: [
        ...(chosen.length > 0 && ready.length === 0
          ? [say`no endpoint of ${reference} is ready: nothing answers now, whatever the policies say`]
          : []),
        ...found.flatMap(({ note }) => (note === undefined ? [] : [note])),
      ],
    }
  return { ...base, gaps: [], ...withoutEndpoints(service, port, network) }
}

function headlessPort(service: Service, port: number, protocol: Protocol, network: Network): TargetPort {
  const read = network.services.endpoints(service, primaryFamily(service))
  const byName = new Map(read.items.map((endpoint) => [endpoint.podName ?? endpoint.address, endpoint]))
  const found = [...byName.values()].map((endpoint) => targetOf(endpoint, port, network))
  return {
    dialled: port,
    protocol,
    isTranslated: false,
    targets: found.flatMap(({ target }) => target ?? []),
    notes: found.flatMap(({ note }) => (note === undefined ? [] : [note])),
    gaps: [...read.gaps, ...found.flatMap(({ gaps }) => gaps)],
  }
}

/** The pods that the workloads behind a Service would make, for one that has no endpoint now. */
function withoutEndpoints(
  service: Service,
  port: ServicePort,
  network: Network,
): Pick<TargetPort, 'targets' | 'notes'> {
  const reference = referenceTo(service)
  const backends = network.services.backends(service).items
  const pods = backends.flatMap((workload) => {
    const end = workloadEnd(workload)
    return end.kind === 'pods' ? end.pods : []
  })
  const targets = pods.flatMap((pod): readonly Target[] => {
    const wanted = port.targetPort ?? port.port
    const number =
      typeof wanted === 'number' ? wanted : declaredPorts(pod).find(({ name }) => name === wanted)?.port
    return number === undefined ? [] : [{ ...named({ kind: 'pod', pod }), port: number }]
  })
  const [first] = backends
  if (first === undefined || targets.length === 0)
    return {
      targets: [],
      notes: [say`${reference} has no endpoint: there is no pod that a policy could be asked about`],
    }
  return {
    targets,
    notes: [say`${reference} has no endpoint now; judged are the pods that ${first.reference} would make`],
  }
}

interface FoundTarget {
  readonly target?: Target | undefined
  readonly gaps: readonly Gap[]
  readonly note?: Text | undefined
}

function targetOf(endpoint: Endpoint, port: number | undefined, network: Network): FoundTarget {
  const { pod, podName, address, service } = endpoint
  if (port === undefined)
    return {
      gaps: [],
      note: say`${podName ?? address} is left out: it has no number for the port's name`,
    }
  if (pod !== undefined) return { target: { ...named({ kind: 'pod', pod }), port }, gaps: [] }
  if (podName === undefined) return { target: { ...addressEnd(address, network), port }, gaps: [] }
  const gaps = network.inventory.gaps('Pod', service.metadata.namespace)
  return gaps.length > 0 ? { gaps } : { gaps, note: say`endpoint ${podName} is left out: that pod is gone` }
}

/** An address as an end: of a node, or outside of the cluster. */
function addressEnd(address: string, network: Network): NamedEnd {
  const node = network.inventory.byAddress(address).items.find((object) => isKind(object, 'Node'))
  const end: PolicyEnd =
    node !== undefined && isKind(node, 'Node') ? { kind: 'node', node } : { kind: 'outside', address }
  return named(end, address)
}
