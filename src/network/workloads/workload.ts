import type { TextMap } from '../../snapshot/kinds/json.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Container, PodSpec } from '../../snapshot/kinds/pod-spec.ts'
import type { WorkloadObject } from '../../snapshot/kinds/workload.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'

/**
 * What runs pods: the top owner (a Deployment, not its ReplicaSets), or a pod without owner. Findings are about
 * workloads, never about each of their pods.
 */
export interface Workload {
  /** `Kind/namespace/name` of {@link reference}. */
  readonly key: string
  readonly reference: ObjectReference
  readonly namespace: string
  /** Absent when the owner is of a kind that we do not read (an Argo Rollout, an operator's resource). */
  readonly object?: WorkloadObject | Pod | undefined
  /** Labels that its pods get. */
  readonly labels: TextMap
  /** The pod spec in its template. */
  readonly spec: PodSpec
  /** Where {@link spec} stands in the object, such as `spec.template.spec`. */
  readonly specPath: string
  /** Replicas that are wanted now; of an owner that is not read, what its ReplicaSets want. Absent where nothing says. */
  readonly replicas?: number | undefined
  /** Its pods, by name. Deleting and finished ones are included. */
  readonly pods: readonly Pod[]
}

/** A restartable init container: it runs beside the containers (native sidecar, GA in 1.33). */
export function isSidecar(container: Container): boolean {
  return container.restartPolicy === 'Always'
}

/** Containers that run while the pod runs: the regular ones, then native sidecars. */
export function runningContainers(spec: PodSpec): readonly Container[] {
  return [...spec.containers, ...spec.initContainers.filter(isSidecar)]
}

/** Whether a controller has written its status: then its pods are those that were read, even if there are none. */
export function hasStatus({ object }: Workload): boolean {
  if (object === undefined || object.kind === 'Pod') return false
  const { conditions, observedGeneration, replicas } = object.status
  return conditions.length > 0 || observedGeneration !== undefined || replicas !== undefined
}
