import { resolveTargetPort } from '../../network/services/expected.ts'
import { place } from '../../network/traffic/place.ts'
import { probePortNumber } from '../../network/workloads/probes.ts'
import { isSidecar, runningContainers, type Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Container, Probe } from '../../snapshot/kinds/pod-spec.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'
import { isMeshProxy } from '../mesh-proxies.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { backendOf } from './backend.ts'
import { containerField } from './containers.ts'

export default defineRule({
  id: 'endpoint/probe-on-other-port',
  title: 'Readiness probe on another port than the Service',
  subject: 'Workload',
  severity: 'note',
  docs: {
    means:
      'The pod counts as ready although nobody asked the port that gets the traffic: it may be dead there.',
    why: 'The probe was copied, or the server moved to another port.',
    proof:
      'No readiness probe asks a target port of the Services, and its port is not declared by the container.',
    fix: 'Let the readiness probe ask the target port.',
    falseAlarmWhen:
      'A separate health or management port that the container declares is by design, and so are probes that a mesh ' +
      'sends to its agent, and probes of sidecars. Never more than a note unless a connection is refused.',
  },
  check(workload, network) {
    const backend = backendOf(workload, network)
    const [pod] = backend?.pods ?? []
    if (backend === undefined || pod === undefined) return undefined
    const targets = targetPorts(pod, backend.services)
    const probed = probedContainers(workload)
    const [first] = probed
    if (targets.length === 0 || first === undefined) return undefined
    if (probed.some(({ container, number }) => targets.includes(number) || isDeclared(container, number)))
      return undefined
    return {
      proof: 'likely',
      place: place.pods(workload),
      summary: say`${workload.reference} is ready by port ${first.number}, and traffic goes to port ${listed(targets.map((port) => say`${port}`))}`,
      detail: say`The readiness probe of container ${first.container.name} does not ask the port that the Service sends to.`,
      evidence: [
        {
          reference: workload.reference,
          field: `${containerField(workload, first.container.name)}.readinessProbe`,
          value: first.number,
        },
        ...backend.services.map((service) => targetEvidence(service)),
      ],
    }
  },
})

interface Probed {
  readonly container: Container
  readonly number: number
}

function probedContainers({ spec }: Workload): readonly Probed[] {
  return runningContainers(spec).flatMap((container) => {
    const { readinessProbe } = container
    if (readinessProbe === undefined || isSidecar(container)) return []
    if (isMeshProxy(container) || isRewritten(readinessProbe)) return []
    const number = probePortNumber(container, readinessProbe)
    return number === undefined ? [] : [{ container, number }]
  })
}

/** Istio sends HTTP probes to its agent. */
const isRewritten = ({ httpGet }: Probe): boolean => httpGet?.path?.startsWith('/app-health/') === true

const isDeclared = ({ ports }: Container, number: number): boolean =>
  ports.some(({ containerPort }) => containerPort === number)

function targetPorts(pod: Pod, services: readonly Service[]): readonly number[] {
  const all = services.flatMap((service) =>
    service.spec.ports.flatMap((port) => resolveTargetPort(pod, port) ?? []),
  )
  return [...new Set(all)].sort((a, b) => a - b)
}

function targetEvidence(service: Service): Evidence {
  const [port] = service.spec.ports
  return {
    reference: referenceTo(service),
    field: 'spec.ports[0].targetPort',
    value: port?.targetPort ?? port?.port,
  }
}
