import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import {
  isHeadless,
  portField,
  portText,
  protocolOf,
  targetPortOf,
} from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { runningContainers, type Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { ContainerPort, PodSpec } from '../../snapshot/kinds/pod-spec.ts'
import type { ServicePort } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { askPod } from '../confirm.ts'
import { isMeshProxy } from '../mesh-proxies.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { isBare } from './debug-pods.ts'
import { portEvidence } from './exact-evidence.ts'
import { declaredPorts, mentionsPort, probesPort } from './pod-ports.ts'
import { remedyOf } from './remedy.ts'
import { editPort } from './target-port-edit.ts'

export default defineRule({
  id: 'service/target-port-undeclared',
  title: 'Target port that the pods do not declare',
  subject: 'ServicePort',
  severity: 'warning',
  docs: {
    means: 'Connections reach the pods at a port where probably nothing listens, and are refused.',
    why: '`targetPort` was mistyped, left at its default, or the server moved to another port.',
    proof:
      '`targetPort` is a number that no container of the selected pods declares or probes, although they declare others. ' +
      'Declaring ports is voluntary, so this is likely, not proven.',
    fix: 'Let targetPort name the port that the pods declare.',
    falseAlarmWhen:
      'The main container declares no port (what a mesh proxy or a helper beside it declares says nothing), a sidecar declares it, a probe meets it, command or environment name it, ' +
      'the Service is headless, or only some pods lack it (`service/selector-spans-workloads`).',
  },
  check({ service, port }, network) {
    const target = targetPortOf(port)
    if (typeof target === 'string' || isHeadless(service)) return undefined
    const pods = whole(network.services.selected(service)).filter((pod) => !isBare(pod))
    const [first] = pods
    if (first === undefined || !pods.every((pod) => isElsewhere(pod.spec, target))) return undefined
    const reference = referenceTo(service)
    const workloads = ownersOf(pods, network)
    const declared = distinct(pods)
    const meant = choose(declared, port)
    // A pod without an address is one that a workload would make: its name is not known.
    const running = pods.find(({ status }) => status.podIPs.length > 0)
    return {
      proof: 'likely',
      place: place.servicePort(service, port),
      summary: say`${reference} sends port ${portText(port)} to port ${target} of its pods, but ${listed(
        workloads.map(({ reference: workload }) => say`${workload}`),
      )} ${workloads.length === 1 ? say`declares` : say`declare`} ${listed(declared.map(({ containerPort }) => say`${containerPort}`))}`,
      detail: say`If nothing listens on ${target}, every connection is refused.`,
      evidence: [
        { reference, field: `${portField(service, port)}.targetPort`, value: port.targetPort },
        ...workloads.flatMap((workload) => portEvidence(workload, 'containerPort')),
      ],
      ...remedyOf(service, meant && [editPort(service, port, 'targetPort', meant.containerPort)]),
      confirm: running && askPod(service.metadata.namespace ?? '', running.metadata.name, target),
    }
  },
})

/**
 * The ports that the application declares. A mesh proxy beside it declares only its own, and where the main container
 * declares none it may listen anywhere, whatever its helpers say.
 */
function ownPorts(spec: PodSpec): readonly ContainerPort[] {
  const [main, ...helpers] = runningContainers(spec).filter((container) => !isMeshProxy(container))
  if (main === undefined || main.ports.length === 0) return []
  return [main, ...helpers].flatMap(({ ports }) => ports)
}

/** Whether a pod says where it listens, and it is not there. */
function isElsewhere(spec: PodSpec, target: number): boolean {
  const ports = ownPorts(spec)
  // The same number under another protocol is a mismatch of protocols, not of ports.
  const isDeclared = declaredPorts(spec).some(({ containerPort }) => containerPort === target)
  if (ports.length === 0 || isDeclared) return false
  return !probesPort(spec, target) && !mentionsPort(spec, target)
}

function ownersOf(pods: readonly Pod[], network: Network): readonly Workload[] {
  return [...new Set(pods.flatMap((pod) => network.workloads.ofPod(pod) ?? []))].slice(0, 3)
}

function distinct(pods: readonly Pod[]): readonly ContainerPort[] {
  const ports = pods.flatMap((pod) => ownPorts(pod.spec))
  return [...new Map(ports.map((item) => [item.containerPort, item])).values()].sort(
    (a, b) => a.containerPort - b.containerPort,
  )
}

/** The declared port that can only be meant: the sole one, the one of the Service port's number, or of its name. */
function choose(declared: readonly ContainerPort[], port: ServicePort): ContainerPort | undefined {
  const candidates = declared.filter(({ protocol = 'TCP' }) => protocol === protocolOf(port))
  if (candidates.length === 1) return candidates[0]
  return (
    candidates.find(({ containerPort }) => containerPort === port.port) ??
    candidates.find(({ name }) => name !== undefined && name === port.name)
  )
}
