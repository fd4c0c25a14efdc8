import { eventsAbout, lastSeen } from '../../network/inventory/events.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import { isReady } from '../../network/workloads/pods.ts'
import { type ProbeKind, probeBudgetMs, probeOf } from '../../network/workloads/probes.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Event } from '../../snapshot/kinds/event.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Container, Probe } from '../../snapshot/kinds/pod-spec.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { lasting } from '../ages.ts'
import type { Evidence } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, say, type Text, word } from '../text.ts'
import { backendOf, consequence, severityOf } from './backend.ts'
import { logsCommand } from './commands.ts'
import { concerns } from './container-trouble.ts'
import { containerField, type ObservedContainer, observedContainers } from './containers.ts'
import { decodeProbeMessage } from './probe-messages.ts'
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
    'endpoint/rollout-leaves-none-ready',
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
      'Silent when it was killed for memory, when the restarts are more than an hour old, and when it is ready. A ' +
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
      summary: say`${workload.reference}: the ${word(kind)} probe kills container ${container.name} before it is ready: it allows ${lasting(probeBudgetMs(probe))}, ${counted(status.restartCount, 'restart')}`,
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
  for (const observed of observedContainers(pod)) {
    const { status, container, isInit } = observed
    const ended = status.state.terminated ?? status.lastState.terminated
    const isCandidate =
      !isInit &&
      status.ready !== true &&
      status.restartCount > 0 &&
      ended !== undefined &&
      ended.reason !== 'OOMKilled'
    if (!isCandidate || (container.livenessProbe ?? container.startupProbe) === undefined) continue
    if ((network.inventory.ageMs(ended.finishedAt) ?? hourMs) >= hourMs) continue
    // Only events tell who killed it, so their absence is no answer.
    const events = whole(eventsAbout(pod, network.inventory)).filter((event) => concerns(event, observed))
    const event = events.find(
      (item) => item.reason === 'Killing' && isRecent(item, network) && killerIn(item.message) !== undefined,
    )
    const kind = event && (killerIn(event.message) ?? failedProbe(events))
    const probe = kind && probeOf(container, kind)
    if (event !== undefined && kind !== undefined && probe !== undefined)
      return { pod, observed, kind, probe, event }
  }
  return undefined
}

const isRecent = (event: Event, network: Network): boolean =>
  (network.inventory.ageMs(lastSeen(event)) ?? hourMs) < hourMs

/** The kubelet's words: `Container app failed liveness probe, will be restarted`. */
function killerIn(message = ''): ProbeKind | undefined {
  const kind = /failed (liveness|startup) probe/.exec(message)?.[1]
  return kind === 'liveness' || kind === 'startup' ? kind : undefined
}

function failedProbe(events: readonly Event[]): ProbeKind | undefined {
  const kinds = events.map((event) => decodeProbeMessage(event.message ?? '')?.probe)
  return kinds.find((kind) => kind === 'liveness' || kind === 'startup')
}

/** How long it lived last, against what the probe allows. */
function lifetime({ status }: ObservedContainer): Text {
  const { startedAt, finishedAt } = status.state.terminated ?? status.lastState.terminated ?? {}
  const ms = Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')
  return Number.isNaN(ms) ? [] : say`It was killed ${lasting(ms)} after its last start. `
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
