import { place } from '../../network/traffic/place.ts'
import { runningContainers, type Workload } from '../../network/workloads/workload.ts'
import type { Container, ContainerPort } from '../../snapshot/kinds/pod-spec.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { counted, say } from '../text.ts'
import { backendOf, consequence, severityOf } from './backend.ts'
import { logsCommand } from './commands.ts'
import { type Trouble, troubleIn } from './container-trouble.ts'
import { containerField } from './containers.ts'

export default defineRule({
  id: 'endpoint/container-port-conflict',
  title: 'Two containers of a pod on one port',
  subject: 'Workload',
  severity: 'error',
  explains: ['no-ready-endpoints'],
  over: ['endpoint/backend-crashing', 'endpoint/all-not-ready', 'endpoint/some-not-ready'],
  docs: {
    means: 'The containers of a pod share its address. The second one to bind a port cannot, and crashes.',
    why: 'A sidecar was added that uses the port of the application, or both use the default of the same framework.',
    proof: 'Two containers declare the same port and protocol, and one of them crashes again and again.',
    fix: 'Give one of them another port.',
    falseAlarmWhen:
      'Silent while both run, for different protocols and host addresses. Likely only: the log of the crashing ' +
      'container says "address already in use" if it is so.',
  },
  check(workload, network) {
    const clash = clashOf(workload)
    if (clash === undefined) return undefined
    const backend = backendOf(workload, network)
    for (const pod of backend?.pods ?? []) {
      const trouble = troubleIn(pod, network)
      if (backend === undefined || trouble === undefined || !isOneOf(trouble, clash)) continue
      const { container, status } = trouble.observed
      return {
        proof: 'likely',
        severity: severityOf(backend),
        place: place.pods(workload),
        alsoAt: [place.pod(workload.namespace, pod.metadata.name)],
        summary: say`${workload.reference}: containers ${clash.first.name} and ${clash.second.name} both use port ${clash.port}, and ${container.name} crashes (${counted(status.restartCount, 'restart')})`,
        detail: say`They share one address, so only one of them can have the port. ${consequence(backend)}`,
        evidence: [
          ...[clash.first, clash.second].map(({ name }) => ({
            reference: workload.reference,
            field: `${containerField(workload, name)}.ports[].containerPort`,
            value: clash.port,
          })),
          {
            reference: referenceTo(pod),
            field: `${trouble.observed.field}.restartCount`,
            value: status.restartCount,
          },
        ],
        advice: [logsCommand(pod, container.name, 'previous')],
        confirm: say`the log says "address already in use": ${logsCommand(pod, container.name, 'previous')}`,
        logs: [{ namespace: workload.namespace, pod: pod.metadata.name, container: container.name }],
      }
    }
    return undefined
  },
})

interface Clash {
  readonly first: Container
  readonly second: Container
  readonly port: number
}

function clashOf({ spec }: Workload): Clash | undefined {
  const seen = new Map<string, Container>()
  for (const container of runningContainers(spec)) {
    for (const port of container.ports) {
      const first = seen.get(portKey(port))
      if (first !== undefined && first !== container)
        return { first, second: container, port: port.containerPort }
      seen.set(portKey(port), container)
    }
  }
  return undefined
}

const portKey = ({ containerPort, protocol = 'TCP', hostIP = '' }: ContainerPort): string =>
  `${containerPort}/${protocol}/${hostIP}`

function isOneOf({ kind, observed }: Trouble, { first, second }: Clash): boolean {
  const { name } = observed.container
  return kind === 'crash' && (name === first.name || name === second.name)
}
