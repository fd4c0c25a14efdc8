import type { Edit } from '../../network/edit.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { namedPort } from '../../network/services/expected.ts'
import {
  isHeadless,
  portField,
  portText,
  protocolOf,
  targetPortOf,
} from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { ContainerPort } from '../../snapshot/kinds/pod-spec.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence, FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { nearest } from '../similar.ts'
import { listed, say, type Text } from '../text.ts'
import { declaredPorts } from './pod-ports.ts'
import { remedyOf } from './remedy.ts'
import { editPort } from './target-port-edit.ts'

export default defineRule({
  id: 'service/named-target-port-unresolved',
  title: 'Named target port that no selected pod declares',
  subject: 'ServicePort',
  severity: 'error',
  explains: ['port-without-endpoints', 'no-endpoints', 'no-ready-endpoints'],
  over: [
    'service/target-port-undeclared',
    'service/webhook-backend-unavailable',
    'service/apiservice-unavailable',
  ],
  docs: {
    means:
      'The port has no endpoint although the pods are there: its EndpointSlice has no ports. Connections are refused.',
    why: 'The port was renamed in the pod template or in the Service only.',
    proof:
      '`targetPort` is a name, and no container or native sidecar of any selected pod has a port of that name and protocol.',
    fix: 'Use the name that the pods declare, or the number.',
    falseAlarmWhen:
      'No pod is selected at all, a native sidecar declares the name, or the Service is headless without ports. The same ' +
      'name under another protocol is `service/protocol-mismatch`.',
  },
  check({ service, port }, network) {
    const target = targetPortOf(port)
    if (typeof target === 'number') return undefined
    const selected = network.services.selected(service)
    const bare = selected.gaps.length === 0 ? undefined : bySlices(service, port, network)
    if (bare !== undefined) return bare
    const pods = whole(selected)
    if (pods.some((pod) => namedPort(pod, target, protocolOf(port)) !== undefined)) return undefined
    if (pods.every((pod) => declaredPorts(pod.spec).some(({ name }) => name === target))) return undefined
    const reference = referenceTo(service)
    const owners = ownersOf(pods, network)
    return {
      proof: 'proven',
      severity: isHeadless(service) ? 'warning' : 'error',
      place: place.servicePort(service, port),
      summary: say`${reference} sends port ${portText(port)} to the port named ${target}, which no pod of ${listed(
        owners.map((owner) => say`${owner}`),
      )} declares${offer(pods)}`,
      detail: isHeadless(service)
        ? say`A headless Service resolves all the same, but its SRV records lack the port.`
        : say`Without a number the port has no endpoint: every connection is refused.`,
      evidence: [
        { reference, field: `${portField(service, port)}.targetPort`, value: target },
        ...sliceEvidence(service, network),
      ],
      ...remedyOf(service, suggest(service, port, pods)),
    }
  },
})

/** Where pods were not read, their slice tells as much: addresses, and no port for them. */
function bySlices(service: Service, port: ServicePort, network: Network): FindingDraft | undefined {
  const slices = whole(network.services.slices(service)).filter(({ endpoints }) => endpoints.length > 0)
  const unresolved = sliceEvidence(service, network)
  const isServed = slices.some(({ ports }) => ports.some(({ name }) => name === port.name))
  if (isServed || unresolved.length === 0 || isHeadless(service)) return undefined
  const reference = referenceTo(service)
  const target = String(targetPortOf(port))
  return {
    proof: 'proven',
    place: place.servicePort(service, port),
    summary: say`${reference} sends port ${portText(port)} to the port named ${target}, which none of its pods declares`,
    detail: say`Its EndpointSlice lists addresses and no port for them. What the pods declare was not read.`,
    evidence: [{ reference, field: `${portField(service, port)}.targetPort`, value: target }, ...unresolved],
    advice: [say`kubectl -n ${service.metadata.namespace ?? ''} edit service ${service.metadata.name}`],
  }
}

function ownersOf(pods: readonly Pod[], network: Network): readonly ObjectReference[] {
  const workloads = new Set(pods.flatMap((pod) => network.workloads.ofPod(pod) ?? []))
  return [...workloads].map(({ reference }) => reference).slice(0, 3)
}

/** The ports that every selected pod declares with the Service's protocol. */
function common(pods: readonly Pod[], port: ServicePort): readonly ContainerPort[] {
  const [first = [], ...rest] = pods.map((pod) => declaredPorts(pod.spec))
  const has = (ports: readonly ContainerPort[], item: ContainerPort): boolean =>
    ports.some(({ containerPort, name }) => containerPort === item.containerPort && name === item.name)
  return first.filter(
    (item) => (item.protocol ?? 'TCP') === protocolOf(port) && rest.every((ports) => has(ports, item)),
  )
}

function offer(pods: readonly Pod[]): Text {
  const ports = [...new Set(pods.flatMap((pod) => declaredPorts(pod.spec).map(labelOf)))]
  return ports.length === 0
    ? say`: they declare no port`
    : say`: they declare ${listed(ports.slice(0, 4).map((item) => say`${item}`))}`
}

function labelOf({ name, containerPort }: ContainerPort): string {
  return name === undefined ? String(containerPort) : `${name} (${containerPort})`
}

/** The nearest name, else the port where only one can be meant: by its name if it has one. */
function suggest(service: Service, port: ServicePort, pods: readonly Pod[]): readonly Edit[] | undefined {
  const ports = common(pods, port)
  const [name] = nearest(
    String(targetPortOf(port)),
    ports.flatMap((item) => item.name ?? []),
  )
  const meant =
    ports.find(({ containerPort }) => containerPort === port.port) ??
    (ports.length === 1 ? ports[0] : undefined)
  const value = name ?? meant?.name ?? meant?.containerPort
  return value === undefined ? undefined : [editPort(service, port, 'targetPort', value)]
}

/** The slice of these pods, which lists no port: the controller could not resolve the name. */
function sliceEvidence(service: Service, network: Network): readonly Evidence[] {
  const slice = network.services
    .slices(service)
    .items.find((item) => item.endpoints.length > 0 && item.ports.length === 0)
  return slice === undefined ? [] : [{ reference: referenceTo(slice), field: 'ports', value: undefined }]
}
