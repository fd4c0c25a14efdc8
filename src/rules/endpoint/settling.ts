import type { Network } from '../../network/network.ts'
import { condition } from '../../network/workloads/pods.ts'
import { startBudgetMs } from '../../network/workloads/probes.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { lasting } from '../ages.ts'
import { say, type Text } from '../text.ts'
import { troubleIn } from './container-trouble.ts'
import { observedContainers } from './containers.ts'

/** Status younger than this may be on its way. */
const youngMs = 60_000

/** Load balancers register a new target within this time before they open its readiness gate. */
export const registrationMs = 120_000

const movingReasons = new Set(['NewReplicaSetCreated', 'FoundNewReplicaSet', 'ReplicaSetUpdated'])

/** Whether a workload replaces its pods now and is within its deadline. */
export function isRollingOut(workload: Workload): boolean {
  const { object } = workload
  if (object === undefined || object.kind === 'Pod') return false
  const { currentRevision, updateRevision, conditions } = object.status
  if (object.kind === 'StatefulSet') return updateRevision !== undefined && currentRevision !== updateRevision
  const progressing = conditions.find(({ type }) => type === 'Progressing')
  return progressing?.status === 'True' && movingReasons.has(progressing.reason ?? '')
}

/**
 * Whether a pod that is not ready only starts: nothing failed, and its containers are within the time that their
 * probes allow, or its workload within the deadline of its rollout.
 */
export function isSettling(pod: Pod, network: Network): boolean {
  const ageOf = (time: string | undefined): number | undefined => network.inventory.ageMs(time)
  if (troubleIn(pod, network) !== undefined) return false
  const observed = observedContainers(pod)
  if (
    observed.some(
      ({ status, isInit }) => !isInit && status.lastState.terminated !== undefined && status.ready !== true,
    )
  )
    return false
  const waiting = observed.filter(({ status, isInit }) => !isInit && status.ready !== true)
  if (waiting.length === 0) return isBetweenContainersAndReady(pod, network)
  return waiting.every(({ container, status }) => {
    const runsFor = ageOf(status.state.running?.startedAt)
    return runsFor === undefined ? isNew(pod, network) : runsFor <= startBudgetMs(container)
  })
}

/** Created a moment ago, or by a rollout that still has time to pull images and mount volumes. */
function isNew(pod: Pod, network: Network): boolean {
  if ((network.inventory.ageMs(pod.metadata.creationTimestamp) ?? youngMs) < youngMs) return true
  const workload = network.workloads.ofPod(pod)
  return workload !== undefined && isRollingOut(workload)
}

/** All containers are ready and the pod is not: its condition follows in a moment, or a readiness gate is pending. */
function isBetweenContainersAndReady(pod: Pod, network: Network): boolean {
  const contained = condition(pod, 'ContainersReady')
  if (contained?.status !== 'True') return isNew(pod, network)
  return (network.inventory.ageMs(contained.lastTransitionTime) ?? registrationMs) < registrationMs
}

/** `This changed 12 s ago.`, when a pod's readiness did a moment ago: it may be on its way. */
export function freshness(pod: Pod, network: Network): Text | undefined {
  const age = network.inventory.ageMs(condition(pod, 'Ready')?.lastTransitionTime)
  return age === undefined || age >= youngMs ? undefined : say`This changed ${lasting(age)} ago.`
}
