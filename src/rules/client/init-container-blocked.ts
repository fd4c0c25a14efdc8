import type { Network } from '../../network/network.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import { place } from '../../network/traffic/place.ts'
import { isDeleting } from '../../network/workloads/pods.ts'
import { isSidecar, type Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Container } from '../../snapshot/kinds/pod-spec.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { addressText } from './dialled.ts'

/** Waiting for a dependency that only starts takes less. */
const patienceMs = 300_000

export default defineRule({
  id: 'client/init-container-blocked',
  title: 'Init container that waits for something else',
  subject: 'Client',
  severity: 'error',
  explains: ['no-endpoints', 'no-ready-endpoints'],
  over: ['endpoint/all-not-ready', 'endpoint/some-not-ready'],
  docs: {
    means: 'The pod does not start its containers before its init container has found what it waits for.',
    why: 'What it waits for is not there, or cannot be reached from here.',
    proof:
      'The init container runs for more than 5 minutes, and its command asks an address again and again. When the way to ' +
      'that address is broken, this is told under that fault.',
    fix: 'Mend what it waits for.',
    falseAlarmWhen:
      'Native sidecars, init containers whose command shows no loop and no tool that waits (migrations, downloads), and ' +
      'those that show no address: then it is silent. A warning while other pods of the Service are ready.',
  },
  check(workload, network) {
    const stuck = workload.pods.flatMap((pod) => waitingIn(pod, workload, network) ?? [])
    const [first] = stuck
    if (first === undefined) return undefined
    const { pod, container, connections, since } = first
    const reference = referenceTo(pod)
    const { name, namespace = '' } = pod.metadata
    const minutes = Math.round((network.inventory.ageMs(since) ?? 0) / 60_000)
    return {
      proof: 'likely',
      severity: isCarried(workload, network) ? 'warning' : 'error',
      place: place.pods(workload),
      summary: say`${workload.reference} does not start: its init container ${container.name} waits for ${listed(connections.slice(0, 3).map((connection) => say`${addressText(connection)}`))} since ${minutes} min`,
      evidence: [
        {
          reference,
          field: `status.initContainerStatuses[${pod.status.initContainerStatuses.findIndex((status) => status.name === container.name)}].state.running.startedAt`,
          value: since,
        },
        ...connections.slice(0, 3).flatMap(({ dials }) =>
          dials.slice(0, 1).map(({ source }) => ({
            reference: source.object,
            field: source.field,
            value: source.value.slice(...source.span),
          })),
        ),
      ],
      advice: [say`kubectl -n ${namespace} logs ${name} -c ${container.name} --tail=5`],
      logs: [{ namespace, pod: name, container: container.name }],
    }
  },
})

interface Waiting {
  readonly pod: Pod
  readonly container: Container
  readonly connections: readonly Connection[]
  readonly since: string
}

function waitingIn(pod: Pod, workload: Workload, network: Network): Waiting | undefined {
  if (pod.status.phase !== 'Pending' || isDeleting(pod)) return undefined
  for (const { name, state } of pod.status.initContainerStatuses) {
    const since = state.running?.startedAt
    const container = workload.spec.initContainers.find((item) => item.name === name)
    if (since === undefined || container === undefined || isSidecar(container)) continue
    if ((network.inventory.ageMs(since) ?? 0) < patienceMs || !waits(container)) continue
    const connections = network.traffic
      .from(workload)
      .items.filter(({ dials }) => dials.some(({ source }) => source.container === name))
    if (connections.length > 0) return { pod, container, connections, since }
  }
  return undefined
}

/** A loop, or a tool whose only task is to wait. */
function waits({ command = [], args = [] }: Container): boolean {
  return /\b(?:until|while|for)\b|wait-?for|wait4x|dockerize|pg_isready/.test([...command, ...args].join(' '))
}

function isCarried(workload: Workload, { services }: Network): boolean {
  const fronts = services.selecting(workload).items
  return (
    fronts.length > 0 &&
    fronts.every((service) => services.endpoints(service).items.some(({ ready }) => ready))
  )
}
