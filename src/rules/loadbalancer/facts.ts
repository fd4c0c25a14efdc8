import { eventsAbout } from '../../network/inventory/events.ts'
import type { Network } from '../../network/network.ts'
import type { Event } from '../../snapshot/kinds/event.ts'
import type { Node } from '../../snapshot/kinds/node.ts'
import type { Service } from '../../snapshot/kinds/service.ts'

export function isLoadBalancer({ spec }: Service): boolean {
  return spec.type === 'LoadBalancer'
}

/** Whether any address was assigned; a host name is one. */
export function hasAddress({ status }: Service): boolean {
  return status.loadBalancer.ingress.some(({ ip, hostname }) => (ip ?? '') !== '' || (hostname ?? '') !== '')
}

/** Whether a load balancer controller has left any sign on a Service: an address, a finalizer, an event. */
export function isHandled(service: Service, network: Network): boolean {
  return (
    hasAddress(service) ||
    (service.metadata.finalizers ?? []).some((name) => finalizers.test(name)) ||
    loadBalancerEvents(service, network).length > 0
  )
}

/** Of the service controller of cloud providers and of controllers of their own: all speak of load balancers. */
const finalizers = /load-?balancer|elbv2|metallb|kube-vip|cilium|l4|svclb/i

/** Reasons that only a controller of load balancers gives: the cloud providers', MetalLB's, Cilium's, kube-vip's, k3s'. */
const reasons =
  /LoadBalancer|TargetGroup|FailedBuildModel|FailedDeployModel|SuccessfullyReconciled|IPAllocated|AllocationFailed|ClearAssignment|nodeAssigned|NoAvailableIP|svclb/i

/** What load balancer controllers said about a Service, newest first. */
export function loadBalancerEvents(service: Service, network: Network): readonly Event[] {
  return eventsAbout(service, network.inventory).items.filter(({ reason = '' }) => reasons.test(reason))
}

const excludeLabel = 'node.kubernetes.io/exclude-from-external-load-balancers'

/**
 * Whether load balancers may send to a node. Source: cloud-provider, controllers/service/controller.go: the label
 * excludes, and so does the taint of a node that the autoscaler removes.
 */
export function isBalancedTo({ metadata, spec }: Node): boolean {
  return (
    metadata.labels[excludeLabel] === undefined &&
    spec.taints.every(({ key }) => key !== 'ToBeDeletedByClusterAutoscaler')
  )
}
