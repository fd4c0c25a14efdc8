import { eventsAbout } from '../../network/inventory/events.ts'
import type { Network } from '../../network/network.ts'
import { isReady } from '../../network/workloads/pods.ts'
import type { Event } from '../../snapshot/kinds/event.ts'
import type { ContainerState, Pod } from '../../snapshot/kinds/pod.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'
import { type ObservedContainer, observedContainers } from './containers.ts'

export type Terminated = NonNullable<ContainerState['terminated']>

/** Why a container of a pod that is not ready does not run. */
export interface Trouble {
  /** crash: it ends again and again; image: it cannot be pulled; config: it cannot be created from its spec. */
  readonly kind: 'crash' | 'image' | 'config'
  readonly observed: ObservedContainer
  /** As the kubelet names it: CrashLoopBackOff, OOMKilled, ErrImagePull. */
  readonly reason: string
  /** What the kubelet adds, where it adds more than the reason. */
  readonly message?: string | undefined
  /** How it ended last. */
  readonly ended?: Terminated | undefined
  readonly endedField?: string | undefined
}

/** Age of an RFC 3339 time in ms at the moment of the snapshot. */
export type AgeOf = (timestamp: string | undefined) => number | undefined

const imageReasons = new Set(
  'ErrImagePull ImagePullBackOff InvalidImageName ErrImageNeverPull RegistryUnavailable ImageInspectError SignatureValidationFailed'.split(
    ' ',
  ),
)

const configReasons = new Set(
  'CreateContainerConfigError CreateContainerError RunContainerError StartError PreCreateHookError PreStartHookError PostStartHookError'.split(
    ' ',
  ),
)

/** Ends that a kubelet finds after its node was restarted: nobody knows how the container ended. */
const lostReasons = new Set(['Unknown', 'ContainerStatusUnknown'])

/** The kubelet waits at most 5 min between restarts, and forgets them when a container ran for 10 min. */
const restartMemoryMs = 600_000

/**
 * The first container that keeps a pod from being ready by not running. Waiting, ended and just restarted are one
 * state: which of them is seen depends only on the second. A pod that is Ready has no trouble.
 *
 * @param events those of the pod, newest first; may be empty when they could not be read
 */
export function troubleOf(pod: Pod, events: readonly Event[], ageOf: AgeOf): Trouble | undefined {
  if (isReady(pod)) return undefined
  for (const observed of observedContainers(pod)) {
    const trouble = waitingTrouble(observed) ?? crash(observed, events, ageOf)
    if (trouble !== undefined) return trouble
  }
  return undefined
}

function waitingTrouble(observed: ObservedContainer): Trouble | undefined {
  const { reason = '', message } = observed.status.state.waiting ?? {}
  if (imageReasons.has(reason)) return { kind: 'image', observed, reason, message }
  if (configReasons.has(reason)) return { kind: 'config', observed, reason, message }
  return undefined
}

function crash(observed: ObservedContainer, events: readonly Event[], ageOf: AgeOf): Trouble | undefined {
  const { state, lastState, ready, restartCount } = observed.status
  const own = state.terminated
  const ended = own ?? lastState.terminated
  const endedField = `${observed.field}.${own === undefined ? 'lastState' : 'state'}.terminated`
  const trouble = (reason: string): Trouble => ({ kind: 'crash', observed, reason, ended, endedField })
  if (state.waiting?.reason === 'CrashLoopBackOff') return trouble(ended?.reason ?? 'CrashLoopBackOff')
  if (ended === undefined || ready === true || lostReasons.has(ended.reason ?? '')) return undefined
  // An init container that ended well has done its work.
  if (observed.isInit && own?.exitCode === 0) return undefined
  const isRecent =
    own !== undefined || (ageOf(state.running?.startedAt ?? ended.finishedAt) ?? 0) < restartMemoryMs
  if (!isRecent) return undefined
  const hasFailed = ended.reason === 'OOMKilled' || (ended.exitCode ?? 0) !== 0
  const isBackedOff = events.some((event) => event.reason === 'BackOff' && concerns(event, observed))
  const isRepeated = restartCount >= 2 || isBackedOff
  return isRepeated && (hasFailed || isBackedOff) ? trouble(ended.reason ?? 'Error') : undefined
}

/** {@link troubleOf} a pod with its events. */
export function troubleIn(pod: Pod, network: Network): Trouble | undefined {
  if (isReady(pod)) return undefined
  return troubleOf(pod, eventsAbout(pod, network.inventory).items, (time) => network.inventory.ageMs(time))
}

/** The fields that show a trouble. */
export function troubleEvidence(pod: Pod, trouble: Trouble): readonly Evidence[] {
  const { observed, ended, endedField = '', kind } = trouble
  const reference = referenceTo(pod)
  const { field, status } = observed
  const waiting = status.state.waiting?.reason
  const evidence: Evidence[] = []
  if (waiting !== undefined)
    evidence.push({ reference, field: `${field}.state.waiting.reason`, value: waiting })
  if (ended !== undefined) {
    evidence.push({ reference, field: `${endedField}.exitCode`, value: ended.exitCode })
    evidence.push({ reference, field: `${endedField}.reason`, value: ended.reason })
  }
  if (kind === 'crash')
    evidence.push({ reference, field: `${field}.restartCount`, value: status.restartCount })
  return evidence
}

/** Whether an event is about this container; one without fieldPath is about the whole pod. */
export function concerns(event: Event, { container }: ObservedContainer): boolean {
  const { fieldPath } = event.involvedObject
  return fieldPath === undefined || fieldPath.endsWith(`{${container.name}}`)
}
