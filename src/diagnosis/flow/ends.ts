import { addressesOf, isFinished, type Endpoint as PolicyEnd } from '../../network/policy/endpoint.ts'
import { isDeleting } from '../../network/workloads/pods.ts'
import { templatePod } from '../../network/workloads/stand-ins.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Node } from '../../snapshot/kinds/node.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'

/** One end of a question about a flow. */
export type FlowEnd =
  | {
      readonly kind: 'pods'
      readonly reference: ObjectReference
      readonly pods: readonly Pod[]
      /** There is no pod: these stand for those that would be made. */
      readonly isStandIn: boolean
      /** A stand-in for several alike: the pods of the workload may talk to each other. */
      readonly isOneOfMany?: boolean | undefined
    }
  | { readonly kind: 'service'; readonly service: Service }
  | { readonly kind: 'node'; readonly node: Node }
  | { readonly kind: 'address'; readonly address: string }
  /** Any address outside of the cluster. */
  | { readonly kind: 'world' }

/** One pod. A finished one stays, so that the answer says so. */
export function podEnd(pod: Pod): FlowEnd {
  return { kind: 'pods', reference: referenceTo(pod), pods: [pod], isStandIn: false }
}

/** The pods of a workload that have traffic; where there are none, one that it would make. */
export function workloadEnd(workload: Workload): FlowEnd {
  const live = workload.pods.filter((pod) => !isFinished(pod) && !isDeleting(pod))
  const { reference } = workload
  if (live.length > 0) return { kind: 'pods', reference, pods: live, isStandIn: false }
  const pod = templatePod(workload)
  const isOneOfMany = reference.kind === 'DaemonSet' || (workload.replicas ?? 1) > 1
  return { kind: 'pods', reference, pods: pod === undefined ? [] : [pod], isStandIn: true, isOneOfMany }
}

/** A pod or an address at one end of a judged flow, with what to call it. */
export interface NamedEnd {
  readonly name: string
  readonly end: PolicyEnd
}

/** Name of a policy end: the pod's, the node's, or the address. */
export function named(end: PolicyEnd, name?: string): NamedEnd {
  switch (end.kind) {
    case 'pod':
      return { name: name ?? end.pod.metadata.name, end }
    case 'node':
      return { name: name ?? end.node.metadata.name, end }
    case 'outside':
      return { name: name ?? end.address, end }
  }
}

/** Whether an end has any address that packets could carry. */
export function hasAddress(end: PolicyEnd): boolean {
  return Object.keys(addressesOf(end).parsed).length > 0
}
