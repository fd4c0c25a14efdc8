import type { Inventory } from '../../network/inventory/inventory.ts'
import { isDeleting, isFinished } from '../../network/workloads/pods.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { say, type Text } from '../text.ts'

/** A start may take this long before it says anything (G2). */
const settledMs = 60_000

/**
 * Why it looks as if a workload really needs what it dials: its containers run and the pod is not Ready, they crashed,
 * or an init container waits. A pod that was never started (image, scheduling, configuration) shows nothing.
 *
 * @returns a sentence part, or `undefined` when the workload gets along
 */
export function needOf(workload: Workload, inventory: Inventory): Text | undefined {
  for (const pod of workload.pods) {
    if (isFinished(pod) || isDeleting(pod)) continue
    const age = inventory.ageMs(pod.status.startTime ?? pod.metadata.creationTimestamp)
    if (age !== undefined && age < settledMs) continue
    const need = needOfPod(pod)
    if (need !== undefined) return need
  }
  return undefined
}

function needOfPod({ status }: Pod): Text | undefined {
  const waiting = status.initContainerStatuses.find(
    ({ state }) => state.running !== undefined && status.phase === 'Pending',
  )
  if (waiting !== undefined) return say`its init container ${waiting.name} is still waiting`
  const crashed = [...status.initContainerStatuses, ...status.containerStatuses].find(
    ({ restartCount, ready, lastState, state }) =>
      restartCount > 0 &&
      ready !== true &&
      (lastState.terminated?.exitCode ?? state.terminated?.exitCode ?? 0) !== 0,
  )
  if (crashed !== undefined) return say`its container ${crashed.name} restarted ${crashed.restartCount} times`
  const unready = status.containerStatuses.find(
    ({ ready, state }) => ready === false && state.running !== undefined,
  )
  return unready === undefined ? undefined : say`its container ${unready.name} runs and is not ready`
}
