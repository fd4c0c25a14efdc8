import { eventsAbout, lastSeen } from '../../network/inventory/events.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import { isReady } from '../../network/workloads/pods.ts'
import { type ProbeKind, probeBudgetMs, probeOf } from '../../network/workloads/probes.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Event } from '../../snapshot/kinds/event.ts'
import type { ContainerStatus, Pod } from '../../snapshot/kinds/pod.ts'
import type { Container, Probe } from '../../snapshot/kinds/pod-spec.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { lasting } from '../ages.ts'
import type { Evidence } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, say, type Text, word } from '../text.ts'
import { backendOf, consequence, severityOf } from './backend.ts'
import { logsCommand } from './commands.ts'
import { concerns, type Terminated } from './container-trouble.ts'
import { containerField, type ObservedContainer, observedContainers } from './containers.ts'
import { probeFields } from './probe-words.ts'

const hourMs = 3_600_000

export default defineRule({
  id: 'endpoint/killed-before-ready',
  title: 'Probe that kills the container before it is ready',
  subject: 'Workload',
  severity: 'error',
  explains: ['no-ready-endpoints'],
  over: [
    'endpoint/all-not-ready',
    'endpoint/some-not-ready',
    'endpoint/backend-crashing',
    'endpoint/readiness-probe-failing',
  ],
  docs: {
    means:
      'The kubelet restarts the container before it has started up, again and again. It never gets ready.',
    why: 'It starts more slowly than its startup or liveness probe allows: a bigger database, a slower node, a lower limit.',
    proof:
      'The container was restarted and is not ready, and the events of the pod say `Killing` for a failed liveness or ' +
      'startup probe within the last hour.',
    fix: 'Give it a startup probe with a failureThreshold that covers the slowest start, or mend what the probe asks for.',
    falseAlarmWhen:
      'Silent when it was killed for memory, when it had run much longer than a start may take, when the restarts are ' +
      'more than an hour old, and when it is ready. A ' +
      'warning while other endpoints carry the load.',
  },
  check(workload, network) {
    const backend = backendOf(workload, network)
    const killed = backend?.pods.flatMap((pod) => killingOf(pod, network) ?? []) ?? []
    const [first] = killed
    if (backend === undefined || first === undefined) return undefined
    const { pod, observed, kind, probe } = first
    const { container, status } = observed
    const field = `${containerField(workload, container.name)}.${kind}Probe`
    return {
      proof: 'proven',
      severity: severityOf(backend),
      place: place.pods(workload),
      alsoAt: killed.map((item) => place.pod(workload.namespace, item.pod.metadata.name)),
      summary: say`${workload.reference}: the ${word(kind)} probe kills container ${container.name} before it is ready: it allows ${lasting(probeBudgetMs(probe))} to start; ${counted(status.restartCount, 'restart')}`,
      detail: say`${lifetime(observed)}${consequence(backend)}`,
      evidence: [...killed.slice(0, 3).flatMap(evidenceOf), ...budgetEvidence(workload, field, probe)],
      advice: advice(workload, pod, container, probe),
      logs: [{ namespace: workload.namespace, pod: pod.metadata.name, container: container.name }],
    }
  },
})

interface Killing {
  readonly pod: Pod
  readonly observed: ObservedContainer
  readonly kind: ProbeKind
  readonly probe: Probe
  readonly event: Event
}

/** The last killing by a probe, of a container that has restarted and is not ready since. */
function killingOf(pod: Pod, network: Network): Killing | undefined {
  if (isReady(pod)) return undefined
  for (const observed of observedContainers(pod).filter((item) => hasEndedLately(item, network))) {
    const { container } = observed
    if ((container.livenessProbe ?? container.startupProbe) === undefined) continue
    // Only events tell who killed it, so their absence is no answer.
    const events = whole(eventsAbout(pod, network.inventory)).filter((event) => concerns(event, observed))
    const event = events.find((item) => killerIn(item) !== undefined && isRecent(item, network))
    const kind = event && killerIn(event)
    const probe = kind && probeOf(container, kind)
    if (event === undefined || kind === undefined || probe === undefined) continue
    if (!hadStarted(observed, pod, probe)) return { pod, observed, kind, probe, event }
  }
  return undefined
}

function hasEndedLately({ status, isInit }: ObservedContainer, network: Network): boolean {
  const ended = lastEnd(status)
  if (isInit || status.ready === true || status.restartCount === 0) return false
  return ended?.reason !== 'OOMKilled' && (network.inventory.ageMs(ended?.finishedAt) ?? hourMs) < hourMs
}

const lastEnd = ({ state, lastState }: ContainerStatus): Terminated | undefined =>
  state.terminated ?? lastState.terminated

/** Whether it lived so much longer than its probe allows a start that it must have been up before it was killed. */
function hadStarted({ status }: ObservedContainer, pod: Pod, probe: Probe): boolean {
  const graceMs = (pod.spec.terminationGracePeriodSeconds ?? 30) * 1000
  return (livedMs(status) ?? 0) > 2 * probeBudgetMs(probe) + graceMs + 60_000
}

function livedMs(status: ContainerStatus): number | undefined {
  const { startedAt, finishedAt } = lastEnd(status) ?? {}
  const ms = Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')
  return Number.isNaN(ms) ? undefined : ms
}

const isRecent = (event: Event, network: Network): boolean =>
  (network.inventory.ageMs(lastSeen(event)) ?? hourMs) < hourMs

/** The kubelet's words: `Container app failed liveness probe, will be restarted`. */
function killerIn({ reason, message = '' }: Event): ProbeKind | undefined {
  const kind = reason === 'Killing' ? /failed (liveness|startup) probe/.exec(message)?.[1] : undefined
  return kind === 'liveness' || kind === 'startup' ? kind : undefined
}

/** How long it lived last, against what the probe allows. */
function lifetime({ status }: ObservedContainer): Text {
  const ms = livedMs(status)
  return ms === undefined ? [] : say`It was killed ${lasting(ms)} after its last start. `
}

function evidenceOf({ pod, observed, event }: Killing): readonly Evidence[] {
  return [
    { reference: referenceTo(event), field: 'message', value: event.message },
    {
      reference: referenceTo(pod),
      field: `${observed.field}.restartCount`,
      value: observed.status.restartCount,
    },
  ]
}

function budgetEvidence({ reference }: Workload, field: string, probe: Probe): readonly Evidence[] {
  const { initialDelaySeconds = 0, failureThreshold = 3, periodSeconds = 10 } = probe
  return [
    { field: `${field}.initialDelaySeconds`, value: initialDelaySeconds },
    { field: `${field}.failureThreshold`, value: failureThreshold },
    { field: `${field}.periodSeconds`, value: periodSeconds },
    ...probeFields(field, probe),
  ].map((item) => ({ reference, ...item }))
}

/** Its last words, and a patch that gives it five minutes to start. */
function advice(
  { reference, namespace, specPath }: Workload,
  pod: Pod,
  container: Container,
  probe: Probe,
): readonly Text[] {
  const logs = logsCommand(pod, container.name, 'previous')
  if (specPath !== 'spec.template.spec') return [logs]
  const { httpGet, tcpSocket, grpc, exec, periodSeconds = 10 } = container.startupProbe ?? probe
  const startupProbe = {
    httpGet,
    tcpSocket,
    grpc,
    exec,
    periodSeconds,
    failureThreshold: Math.ceil(300 / Math.max(periodSeconds, 1)),
  }
  const change = JSON.stringify({
    spec: { template: { spec: { containers: [{ name: container.name, startupProbe }] } } },
  })
  return [
    logs,
    say`kubectl -n ${namespace} patch ${reference.kind.toLowerCase()}/${reference.name} -p '${change}'`,
  ]
}
