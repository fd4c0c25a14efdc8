import { eventsAbout, firstSeen, lastSeen, timesSeen } from '../../network/inventory/events.ts'
import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import { condition, isReady } from '../../network/workloads/pods.ts'
import { startBudgetMs } from '../../network/workloads/probes.ts'
import type { Event } from '../../snapshot/kinds/event.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { lasting } from '../ages.ts'
import type { Evidence } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say, type Text } from '../text.ts'
import { isActivePassive } from './active-passive.ts'
import { backendOf } from './backend.ts'
import { describeCommand, logsCommand } from './commands.ts'
import { concerns } from './container-trouble.ts'
import { observedContainers } from './containers.ts'
import { decodeProbeMessage } from './probe-messages.ts'
import { isRollingOut } from './settling.ts'

const hourMs = 3_600_000

/** Fewer restarts than this may be one incident. */
const fewestRestarts = 2

export default defineRule({
  id: 'endpoint/readiness-flapping',
  title: 'Readiness that comes and goes',
  subject: 'Workload',
  severity: 'warning',
  docs: {
    means:
      'Pods leave the endpoints and come back: it works, fails and works again, and the others carry more load.',
    why: 'The probe is too strict for the load, the container restarts again and again, or it runs out of memory.',
    proof:
      'The pod is Ready since less than an hour, its container ran long before, and the counted `Unhealthy` events of ' +
      'its readiness probe reach from before that change to after it; or it is Ready and was restarted at least twice, ' +
      'the last time within the hour.',
    fix: 'Raise timeoutSeconds or failureThreshold of the probe, or mend what makes the container restart.',
    falseAlarmWhen:
      'Silent after a single change, during a rollout within its deadline, for pods being deleted, for sets of which ' +
      'only the leader is ready, and for restarts more than an hour ago.',
  },
  check(workload, network) {
    const backend = backendOf(workload, network)
    if (backend === undefined || isRollingOut(workload) || isActivePassive(backend.pods)) return undefined
    const flapping = backend.pods.flatMap((pod) => flapOf(pod, network) ?? [])
    const [first] = flapping
    if (first === undefined) return undefined
    const isProbed = first.kind === 'probe'
    return {
      proof: 'proven',
      place: place.pods(workload),
      summary: isProbed
        ? say`${workload.reference} is ready by turns: ${counted(flapping.length, 'pod')} failed the readiness probe again and again in the last hour`
        : say`${workload.reference} is ready by turns: ${counted(flapping.length, 'pod')} restarted again and again, last within the hour`,
      detail: say`${listed(flapping.slice(0, 3).map(describe))}.`,
      evidence: flapping.slice(0, 3).flatMap(({ evidence }) => evidence),
      advice: isProbed ? [describeCommand(first.pod)] : [logsCommand(first.pod, first.container, 'previous')],
    }
  },
})

interface Flap {
  readonly kind: 'probe' | 'restart'
  readonly pod: Pod
  readonly container: string
  readonly times: number
  readonly readySinceMs: number
  readonly evidence: readonly Evidence[]
}

function describe({ kind, pod, container, times, readySinceMs }: Flap): Text {
  const what = kind === 'probe' ? say`${counted(times, 'failed probe')}` : say`${counted(times, 'restart')}`
  return say`${referenceTo(pod)} (container ${container}): ${what}, ready again since ${lasting(readySinceMs)}`
}

/** How a pod that is ready now came to be so: after a failing probe that failed again since, or after restarts. */
function flapOf(pod: Pod, network: Network): Flap | undefined {
  const ready = condition(pod, 'Ready')
  const readySinceMs = network.inventory.ageMs(ready?.lastTransitionTime)
  if (!isReady(pod) || readySinceMs === undefined || readySinceMs >= hourMs) return undefined
  const since = {
    reference: referenceTo(pod),
    field: 'status.conditions[type=Ready].lastTransitionTime',
    value: ready?.lastTransitionTime,
  }
  for (const observed of observedContainers(pod).filter(({ isInit }) => !isInit)) {
    const { status, container, field } = observed
    const common = { pod, container: container.name, readySinceMs }
    const endedMs = network.inventory.ageMs(status.lastState.terminated?.finishedAt)
    if (
      status.restartCount >= fewestRestarts &&
      endedMs !== undefined &&
      endedMs < hourMs &&
      isRestless(pod, status.restartCount, network)
    ) {
      const evidence = [
        since,
        { reference: referenceTo(pod), field: `${field}.restartCount`, value: status.restartCount },
      ]
      return { kind: 'restart', ...common, times: status.restartCount, evidence }
    }
    const runsForMs = network.inventory.ageMs(status.state.running?.startedAt) ?? 0
    // What became ready only now for the first time has made one transition.
    if (runsForMs - readySinceMs <= startBudgetMs(container)) continue
    const event = eventsAbout(pod, network.inventory).items.find(
      (item) =>
        concerns(item, observed) &&
        spans(item, ready?.lastTransitionTime, container.readinessProbe?.failureThreshold ?? 3),
    )
    if (event === undefined) continue
    const evidence = [
      since,
      { reference: referenceTo(event), field: 'count', value: timesSeen(event) },
      { reference: referenceTo(event), field: 'message', value: event.message },
    ]
    return { kind: 'probe', ...common, times: timesSeen(event), evidence }
  }
  return undefined
}

/** Whether restarts are frequent: several in a day of life, or so many that one a day is not enough. */
function isRestless(pod: Pod, restarts: number, network: Network): boolean {
  const ageMs = network.inventory.ageMs(pod.metadata.creationTimestamp) ?? Number.POSITIVE_INFINITY
  return ageMs / restarts < 4 * hourMs
}

/** Whether failures of the readiness probe reach from before a time to after it, often enough to have counted twice. */
function spans(event: Event, time: string | undefined, threshold: number): boolean {
  if (
    event.reason !== 'Unhealthy' ||
    decodeProbeMessage(event.message ?? '')?.probe !== 'readiness' ||
    time === undefined
  )
    return false
  const at = Date.parse(time)
  return (
    Date.parse(firstSeen(event) ?? '') < at &&
    Date.parse(lastSeen(event) ?? '') > at &&
    timesSeen(event) >= 2 * threshold
  )
}
