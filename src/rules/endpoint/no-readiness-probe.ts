import type { Network } from '../../network/network.ts'
import { isHeadless, targetPortOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { isReady } from '../../network/workloads/pods.ts'
import { runningContainers, type Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Container } from '../../snapshot/kinds/pod-spec.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'
import { isMeshProxy } from '../mesh-proxies.ts'
import { defineRule } from '../rule.ts'
import { counted, say, type Text } from '../text.ts'
import { backendOf } from './backend.ts'
import { containerField } from './containers.ts'
import { runsNoServer } from './idle-command.ts'

const hourMs = 3_600_000

export default defineRule({
  id: 'endpoint/no-readiness-probe',
  title: 'Backend without readiness probe',
  subject: 'Workload',
  severity: 'note',
  docs: {
    means: 'A pod counts as ready as soon as its process starts, and gets traffic before it can serve it.',
    why: 'The probe was left out; at every rollout and restart a few connections are refused.',
    proof:
      'The containers that serve the ports of the Service have no `readinessProbe`, and the pod no readiness gate.',
    fix: 'Add a readiness probe on the target port.',
    falseAlarmWhen:
      'A note, once a workload; a warning only where a ready pod was restarted within the last hour. Silent for ' +
      'sidecars, for readiness gates, where no server seems to run at all, and behind headless Services only, where the peers find each other.',
  },
  check(workload, network) {
    const backend = backendOf(workload, network)
    if (backend === undefined || workload.spec.readinessGates.length > 0) return undefined
    const proxied = backend.services.filter((service) => !isHeadless(service))
    const serving = servingContainers(workload, proxied)
    const [container] = serving
    if (container === undefined || proxied.length === 0) return undefined
    if (serving.some(({ readinessProbe }) => readinessProbe !== undefined) || runsNoServer(workload.spec))
      return undefined
    const restarted = restartEvidence(backend.pods, serving, network)
    return {
      proof: 'proven',
      severity: restarted.length > 0 ? 'warning' : 'note',
      place: place.pods(workload),
      summary:
        restarted.length > 0
          ? say`${workload.reference} has no readiness probe and was restarted within the last hour: it got traffic before it could serve`
          : say`${workload.reference} has no readiness probe: its pods get traffic before they can serve`,
      detail: say`Container ${container.name} serves ${counted(proxied.length, 'Service')} and counts as ready from its start.`,
      evidence: [
        {
          reference: workload.reference,
          field: `${containerField(workload, container.name)}.readinessProbe`,
          value: undefined,
        },
        ...restarted,
      ],
      advice: patch(workload, container, proxied),
    }
  },
})

/** The containers that declare a target port of the Services; where none does, all but the sidecars. */
function servingContainers(workload: Workload, services: readonly Service[]): readonly Container[] {
  const targets = new Set(services.flatMap((service) => service.spec.ports.map(targetPortOf)))
  const declaring = runningContainers(workload.spec).filter(({ ports }) =>
    ports.some(
      ({ name, containerPort }) => targets.has(containerPort) || (name !== undefined && targets.has(name)),
    ),
  )
  return declaring.length > 0
    ? declaring
    : workload.spec.containers.filter((container) => !isMeshProxy(container))
}

function restartEvidence(
  pods: readonly Pod[],
  containers: readonly Container[],
  network: Network,
): readonly Evidence[] {
  return pods.filter(isReady).flatMap((pod) =>
    pod.status.containerStatuses.flatMap((status, index) => {
      const finishedAt = status.lastState.terminated?.finishedAt
      const ageMs = network.inventory.ageMs(finishedAt)
      if (ageMs === undefined || ageMs >= hourMs || !containers.some(({ name }) => name === status.name))
        return []
      return [
        {
          reference: referenceTo(pod),
          field: `status.containerStatuses[${index}].lastState.terminated.finishedAt`,
          value: finishedAt,
        },
      ]
    }),
  )
}

/** A command that adds a TCP probe, where the kind can be patched by container name. */
function patch(
  { reference, namespace, specPath }: Workload,
  container: Container,
  services: readonly Service[],
): readonly Text[] {
  const [port] = services.flatMap((service) => service.spec.ports)
  if (specPath !== 'spec.template.spec' || port === undefined) return []
  const probe = {
    containers: [{ name: container.name, readinessProbe: { tcpSocket: { port: targetPortOf(port) } } }],
  }
  const change = JSON.stringify({ spec: { template: { spec: probe } } })
  return [say`kubectl -n ${namespace} patch ${reference.kind.toLowerCase()}/${reference.name} -p '${change}'`]
}
