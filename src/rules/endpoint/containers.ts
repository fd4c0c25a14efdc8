import { isSidecar, type Workload } from '../../network/workloads/workload.ts'
import type { ContainerStatus, Pod } from '../../snapshot/kinds/pod.ts'
import type { Container } from '../../snapshot/kinds/pod-spec.ts'

/** A container of a pod with what its kubelet says about it. */
export interface ObservedContainer {
  readonly container: Container
  readonly status: ContainerStatus
  /** Runs before the others and ends; native sidecars are not meant. */
  readonly isInit: boolean
  /** Path of the status in the pod. */
  readonly field: string
}

/** The containers of a pod that have a status: those before the start first, then those that serve. */
export function observedContainers(pod: Pod): readonly ObservedContainer[] {
  const pair = (
    containers: readonly Container[],
    key: 'containerStatuses' | 'initContainerStatuses',
  ): readonly ObservedContainer[] =>
    pod.status[key].flatMap((status, index) => {
      const container = containers.find(({ name }) => name === status.name)
      if (container === undefined) return []
      const isInit = key === 'initContainerStatuses' && !isSidecar(container)
      return [{ container, status, isInit, field: `status.${key}[${index}]` }]
    })
  return [
    ...pair(pod.spec.initContainers, 'initContainerStatuses'),
    ...pair(pod.spec.containers, 'containerStatuses'),
  ]
}

/** Path of a container in the object that holds the template; of the pod's own spec for a bare pod. */
export function containerField(workload: Workload, name: string): string {
  const index = workload.spec.containers.findIndex((container) => container.name === name)
  if (index >= 0) return `${workload.specPath}.containers[${index}]`
  return `${workload.specPath}.initContainers[${workload.spec.initContainers.findIndex((item) => item.name === name)}]`
}
