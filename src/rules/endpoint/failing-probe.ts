import { eventsAbout, lastSeen } from '../../network/inventory/events.ts'
import type { Network } from '../../network/network.ts'
import { isReady } from '../../network/workloads/pods.ts'
import { startBudgetMs } from '../../network/workloads/probes.ts'
import type { Event } from '../../snapshot/kinds/event.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Probe } from '../../snapshot/kinds/pod-spec.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'
import { concerns, troubleIn } from './container-trouble.ts'
import { type ObservedContainer, observedContainers } from './containers.ts'
import { decodeProbeMessage, type ProbeMessage } from './probe-messages.ts'

/** A readiness probe that keeps a pod from being ready, and what it ran into. */
export interface FailingProbe {
  readonly pod: Pod
  readonly observed: ObservedContainer
  readonly probe: Probe
  /** Absent when the event was not read or is gone. */
  readonly event?: Event | undefined
  readonly message?: ProbeMessage | undefined
}

/** The container whose readiness probe keeps the pod from being ready: it runs, is started, and is not ready in time. */
export function failingProbe(pod: Pod, network: Network): FailingProbe | undefined {
  if (isReady(pod)) return undefined
  const { inventory } = network
  const events = eventsAbout(pod, inventory).items
  if (troubleIn(pod, network) !== undefined) return undefined
  for (const observed of observedContainers(pod)) {
    const { container, status, isInit } = observed
    const { readinessProbe: probe } = container
    const startedAt = status.state.running?.startedAt
    if (isInit || probe === undefined || status.state.running === undefined) continue
    if (status.ready === true || (container.startupProbe !== undefined && status.started === false)) continue
    if ((inventory.ageMs(startedAt) ?? Number.POSITIVE_INFINITY) <= startBudgetMs(container)) continue
    return { pod, observed, probe, ...newestFailure(observed, events, startedAt) }
  }
  return undefined
}

function newestFailure(
  observed: ObservedContainer,
  events: readonly Event[],
  since: string | undefined,
): Pick<FailingProbe, 'event' | 'message'> {
  for (const event of events) {
    if (event.reason !== 'Unhealthy' || !concerns(event, observed)) continue
    if (since !== undefined && Date.parse(lastSeen(event) ?? since) < Date.parse(since)) continue
    const message = decodeProbeMessage(event.message ?? '')
    if (message?.probe === 'readiness') return { event, message }
  }
  return {}
}

/** The fields that say so: the container's state, and the newest event. */
export function failingProbeEvidence({ pod, observed, event }: FailingProbe): readonly Evidence[] {
  const ready = {
    reference: referenceTo(pod),
    field: `${observed.field}.ready`,
    value: observed.status.ready ?? false,
  }
  const condition = {
    reference: ready.reference,
    field: 'status.conditions[type=Ready].status',
    value: 'False',
  }
  return event === undefined
    ? [condition, ready]
    : [condition, ready, { reference: referenceTo(event), field: 'message', value: event.message }]
}
