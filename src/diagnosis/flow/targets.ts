import type { Network } from '../../network/network.ts'
import { addressesOf, type Endpoint as PolicyEnd } from '../../network/policy/endpoint.ts'
import type { Protocol } from '../../network/policy/model.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'
import {
  isExternalName,
  isHeadless,
  primaryFamily,
  protocolOf,
} from '../../network/services/service-facts.ts'
import { runningContainers } from '../../network/workloads/workload.ts'
import { say, type Text, word } from '../../rules/text.ts'
import { isKind } from '../../snapshot/kinds/kinds.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import { KnownError } from '../../snapshot/known-error.ts'
import { type Gap, referenceTo } from '../../snapshot/snapshot.ts'
import { type FlowEnd, type NamedEnd, named, workloadEnd } from './ends.ts'

/** Which port is asked about: a number or a name; absent for all that the destination offers. */
export interface AskedPort {
  readonly port?: number | string | undefined
  readonly protocol?: Protocol | undefined
}

/** One pod or address that packets to a dialled port end at. */
export interface Target extends NamedEnd {
  /** The port on the pod. */
  readonly port: number
}

/** One dialled port with all that it leads to. */
export interface TargetPort {
  /** The port that the client dials: of the Service, or of the pod. */
  readonly dialled: number
  readonly protocol: Protocol
  /** Behind a Service: its port, and whether its address is translated. */
  readonly servicePort?: ServicePort | undefined
  readonly isTranslated: boolean
  readonly targets: readonly Target[]
  /** What is to be said before any policy is asked. */
  readonly notes: readonly Text[]
  /** Not empty: some targets are not known. */
  readonly gaps: readonly Gap[]
}

const protocols: readonly Protocol[] = ['TCP', 'UDP', 'SCTP']

export function protocolNamed(text: string): Protocol | undefined {
  return protocols.find((protocol) => protocol === text.toUpperCase())
}

/**
 * The ports that a question is about and where packets to them end: behind a Service at the pod's own port.
 *
 * @throws KnownError when the destination has no such port, or needs one
 */
export function targetPorts(end: FlowEnd, asked: AskedPort, network: Network): readonly TargetPort[] {
  switch (end.kind) {
    case 'service':
      return servicePorts(end.service, asked, network)
    case 'pods':
      return podPorts(end, asked)
    case 'node':
      return [plainPort(named({ kind: 'node', node: end.node }), asked, `node/${end.node.metadata.name}`)]
    case 'address':
      return [plainPort(named({ kind: 'outside', address: end.address }), asked, end.address)]
    case 'world':
      return [plainPort(named({ kind: 'outside', address: '' }), asked, 'world')]
  }
}

function plainPort(end: NamedEnd, { port, protocol = 'TCP' }: AskedPort, place: string): TargetPort {
  if (typeof port !== 'number')
    throw new KnownError(
      'PORT_MISSING',
      port === undefined
        ? `say which port of ${place}: --to ${place}:443`
        : `${place} is no pod and has no port names: give the number instead of "${port}"`,
    )
  return {
    dialled: port,
    protocol,
    isTranslated: false,
    targets: [{ ...end, port }],
    notes: [],
    gaps: [],
  }
}

interface DeclaredPort {
  readonly name: string | undefined
  readonly port: number
  readonly protocol: Protocol
}

function declaredPorts({ spec }: Pod): readonly DeclaredPort[] {
  return runningContainers(spec).flatMap(({ ports }) =>
    ports.map(({ name, containerPort, protocol }) => ({
      name,
      port: containerPort,
      protocol: protocolNamed(protocol ?? 'TCP') ?? 'TCP',
    })),
  )
}

function podPorts(
  { pods, reference }: Extract<FlowEnd, { kind: 'pods' }>,
  asked: AskedPort,
): readonly TargetPort[] {
  const all = pods.map((pod) => ({ pod, ports: declaredPorts(pod) }))
  const declared = all.flatMap(({ ports }) => ports)
  const place = `${reference.kind.toLowerCase()}/${reference.name}`
  const { port } = asked
  if (typeof port === 'number') {
    const known = declared.filter((item) => item.port === port).map(({ protocol }) => protocol)
    const wanted = asked.protocol === undefined ? [...new Set(known)] : [asked.protocol]
    return (wanted.length === 0 ? (['TCP'] as const) : wanted).map((protocol) => {
      const isDeclared = declared.some((item) => item.port === port && item.protocol === protocol)
      return {
        ...portOf(port, protocol, pods),
        notes: isDeclared
          ? []
          : [
              say`${reference} declares no port ${port}/${word(protocol)}: that a policy lets packets in does not mean that anything listens`,
            ],
      }
    })
  }
  const meant = declared.filter(
    (item) =>
      (port === undefined || item.name === port) &&
      (asked.protocol === undefined || item.protocol === asked.protocol),
  )
  if (meant.length === 0) throw noSuchPort(place, asked, declared)
  const byPort = Map.groupBy(meant, ({ port: number, protocol }) => `${number}/${protocol}`)
  return [...byPort.values()].flatMap(([first]) =>
    first === undefined
      ? []
      : [
          portOf(
            first.port,
            first.protocol,
            all
              .filter(({ ports }) =>
                ports.some((item) => item.port === first.port && item.protocol === first.protocol),
              )
              .map(({ pod }) => pod),
          ),
        ],
  )
}

function portOf(port: number, protocol: Protocol, pods: readonly Pod[]): TargetPort {
  return {
    dialled: port,
    protocol,
    isTranslated: false,
    targets: pods.map((pod) => ({ ...named({ kind: 'pod', pod }), port })),
    notes: [],
    gaps: [],
  }
}

function noSuchPort(place: string, { port }: AskedPort, declared: readonly DeclaredPort[]): KnownError {
  const known = [
    ...new Set(
      declared.map(({ name, port: number, protocol }) =>
        name === undefined || name === '' ? `${number}/${protocol}` : `${name} (${number}/${protocol})`,
      ),
    ),
  ]
  const has = known.length === 0 ? 'it declares none' : `it declares ${known.join(', ')}`
  return new KnownError(
    'PORT_MISSING',
    port === undefined
      ? `${place} declares no port: say which, --to ${place}:8080`
      : `${place} has no port named "${port}": ${has}`,
  )
}

function servicePorts(service: Service, asked: AskedPort, network: Network): readonly TargetPort[] {
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

/** Whether an end has any address that packets could carry. */
export function hasAddress(end: PolicyEnd): boolean {
  return Object.keys(addressesOf(end).parsed).length > 0
}
