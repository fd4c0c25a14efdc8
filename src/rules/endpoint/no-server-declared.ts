import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import { runningContainers, type Workload } from '../../network/workloads/workload.ts'
import type { Container } from '../../snapshot/kinds/pod-spec.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { askEndpoint } from '../confirm.ts'
import type { Evidence } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text } from '../text.ts'
import { backendOf } from './backend.ts'
import { editCommand } from './commands.ts'
import { containerField } from './containers.ts'
import { runsNoServer } from './idle-command.ts'

export default defineRule({
  id: 'endpoint/no-server-declared',
  title: 'Ready endpoint that runs no server',
  subject: 'Workload',
  severity: 'warning',
  docs: {
    means:
      'The Service has ready endpoints and probably nobody listens there: connections are refused, and a proxy answers 502.',
    why: 'The container is a client, a job or a toolbox (a shell loop, `sleep infinity`) and got a Service all the same.',
    proof:
      'The command of every container only sleeps, loops or asks others, and none declares a port or a probe.',
    fix: 'Run a server in it, or remove the Service and what routes to it.',
    falseAlarmWhen:
      'Silent when any port or probe is declared, when a command may start a server, and when the entrypoint of the ' +
      'image runs, for that is unknown. Only a live check can confirm it.',
  },
  check(workload, network) {
    const backend = backendOf(workload, network)
    if (backend === undefined || !runsNoServer(workload.spec)) return undefined
    const services = backend.services.filter((service) => readyOwners(service, network).has(workload.key))
    const [service] = services
    if (service === undefined) return undefined
    const isAlone = readyOwners(service, network).size === 1
    const names = listed(services.map((item) => say`${referenceTo(item)}`))
    return {
      proof: 'likely',
      place: place.pods(workload),
      summary: say`${workload.reference} stands behind ${names} and seems to run no server: its command only sleeps or calls others`,
      detail: say`It declares no port and no probe. Connections that are sent to its pods are likely refused.`,
      evidence: runningContainers(workload.spec).flatMap((container) => commandEvidence(workload, container)),
      advice: isAlone
        ? [
            say`Run a server in it, or remove the Service and what routes to it: kubectl -n ${workload.namespace} delete service ${service.metadata.name}`,
          ]
        : [editCommand(workload)],
      confirm: confirmation(service, workload, network),
    }
  },
})

/** One of its own endpoints, asked directly. */
function confirmation(service: Service, { pods }: Workload, network: Network): Text | undefined {
  const names = new Set(pods.map(({ metadata }) => metadata.name))
  const own = network.services
    .endpoints(service)
    .items.find(({ podName }) => podName !== undefined && names.has(podName))
  return own && askEndpoint(own)
}

/** Keys of the workloads whose pods are ready endpoints of a Service. */
function readyOwners(service: Service, network: Network): ReadonlySet<string> {
  const ready = network.services.endpoints(service).items.filter((endpoint) => endpoint.ready)
  return new Set(ready.flatMap(({ pod }) => (pod && network.workloads.ofPod(pod)?.key) ?? []))
}

function commandEvidence(
  workload: Workload,
  { name, command = [], args = [] }: Container,
): readonly Evidence[] {
  const { reference } = workload
  const field = containerField(workload, name)
  return [
    { reference, field: `${field}.command`, value: [...command, ...args].join(' ') },
    { reference, field: `${field}.ports`, value: undefined },
  ]
}
