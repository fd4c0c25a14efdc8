import type { Condition } from '../../snapshot/kinds/kind.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { canNeverBeReady } from './probes.ts'

/** Succeeded or Failed: it will not run again and is in no EndpointSlice. */
export function isFinished(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed'
}

export function isDeleting(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined
}

/** Whether a kubelet or scheduler has written its status: otherwise it stands for a pod that would be made. */
export function isObserved(pod: Pod): boolean {
  return pod.status.phase !== undefined || pod.status.conditions.length > 0
}

export function condition(pod: Pod, type: string): Condition | undefined {
  return pod.status.conditions.find((item) => item.type === type)
}

/**
 * The pod's Ready condition; a pod that only stands for one that would be made is taken to become ready, unless its
 * own spec rules that out.
 */
export function isReady(pod: Pod): boolean {
  return isObserved(pod) ? condition(pod, 'Ready')?.status === 'True' : !canNeverBeReady(pod.spec)
}

/** Addresses of a pod, primary first. */
export function podAddresses(pod: Pod): readonly string[] {
  return pod.status.podIPs.map(({ ip }) => ip)
}
