import { whole } from '../../network/inventory/read.ts'
import { portField, portText, protocolOf, targetPortOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { ContainerPort } from '../../snapshot/kinds/pod-spec.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { portEvidence } from './exact-evidence.ts'
import { declaredPorts } from './pod-ports.ts'
import { remedyOf } from './remedy.ts'
import { editPort } from './target-port-edit.ts'

export default defineRule({
  id: 'service/protocol-mismatch',
  title: 'Service and pods differ in the protocol of a port',
  subject: 'ServicePort',
  severity: 'error',
  explains: ['port-without-endpoints', 'no-endpoints', 'no-ready-endpoints'],
  over: [
    'service/target-port-undeclared',
    'service/named-target-port-unresolved',
    'service/webhook-backend-unavailable',
    'service/apiservice-unavailable',
  ],
  docs: {
    means:
      'A named port has no endpoint at all; a number is sent to a port where nothing listens for that protocol.',
    why: '`protocol` was left at its default, TCP, for a UDP or SCTP server, or the reverse.',
    proof:
      'Every selected pod declares the target port with another protocol only. Proven for a name, which is looked up ' +
      'together with its protocol; likely for a number.',
    fix: 'Give the Service port the protocol that the pods declare.',
    falseAlarmWhen:
      'The port is not declared, is declared with both protocols, as for QUIC, or is a number that the Service offers under ' +
      'both.',
  },
  check({ service, port }, network) {
    const target = targetPortOf(port)
    const pods = whole(network.services.selected(service))
    const [first] = pods
    if (first === undefined) return undefined
    const declared = pods.map((pod) => declaredAs(pod, target))
    const [protocol] = declared[0] ?? []
    const isOther =
      protocol !== undefined && declared.every((found) => found.length === 1 && found[0] === protocol)
    if (!isOther || protocol === protocolOf(port)) return undefined
    // Both protocols were asked for, and declaring a number is voluntary.
    if (typeof target === 'number' && twinOf(service, port, protocol)) return undefined
    const workload = network.workloads.ofPod(first)
    return finding({ service, port, target, protocol, workload })
  },
})

interface Mismatch {
  readonly service: Service
  readonly port: ServicePort
  readonly target: number | string
  /** What the pods declare. */
  readonly protocol: string
  readonly workload: Workload | undefined
}

function finding({ service, port, target, protocol, workload }: Mismatch): FindingDraft {
  const reference = referenceTo(service)
  const isNamed = typeof target === 'string'
  const twin = twinOf(service, port, protocol)
  const who = workload === undefined ? say`its pods` : say`${workload.reference}`
  const { namespace = '', name } = service.metadata
  return {
    proof: isNamed ? 'proven' : 'likely',
    place: place.servicePort(service, port),
    summary: say`${reference} offers port ${portText(port)}, but ${who} declares port ${String(target)} as ${protocol}`,
    detail: isNamed
      ? say`A name is looked up together with its protocol: the port has no endpoint.`
      : say`If nothing listens there for ${protocolOf(port)}, the packets are lost.`,
    evidence: [
      { reference, field: `${portField(service, port)}.protocol`, value: port.protocol },
      ...(workload === undefined ? [] : portEvidence(workload, 'protocol', (item) => isMeant(item, target))),
    ],
    ...(twin
      ? {
          advice: [
            say`The Service has that port for ${protocol} too: remove this one with kubectl -n ${namespace} edit service ${name}`,
          ],
        }
      : remedyOf(service, [editPort(service, port, 'protocol', protocol)])),
  }
}

/** Whether the Service offers the same port under another protocol too, as for DNS or QUIC. */
function twinOf(service: Service, port: ServicePort, protocol: string): boolean {
  return service.spec.ports.some((other) => other.port === port.port && protocolOf(other) === protocol)
}

/** The protocols with which a pod declares the target port, each once. */
function declaredAs({ spec }: Pod, target: number | string): readonly string[] {
  return [
    ...new Set(
      declaredPorts(spec).flatMap((port) => (isMeant(port, target) ? [port.protocol ?? 'TCP'] : [])),
    ),
  ]
}

function isMeant({ name, containerPort }: ContainerPort, target: number | string): boolean {
  return typeof target === 'string' ? name === target : containerPort === target
}
