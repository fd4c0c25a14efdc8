import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { ContainerPort } from '../../snapshot/kinds/pod-spec.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import { hasLabels } from '../inventory/selectors.ts'
import { isDeleting, isFinished, isObserved, isReady, podAddresses } from '../workloads/pods.ts'
import { runningContainers } from '../workloads/workload.ts'
import type { Endpoint } from './endpoint.ts'
import { isHeadless, primaryFamily, protocolOf, selectorOf, targetPortOf } from './service-facts.ts'

/**
 * The container port that a named target port means for a pod, matched by name and protocol in the containers and
 * then in native sidecars. Source: endpointslice/util FindPort.
 */
export function namedPort(pod: Pod, name: string, protocol: string): ContainerPort | undefined {
  return runningContainers(pod.spec)
    .flatMap((container) => container.ports)
    .find((port) => port.name === name && (port.protocol ?? 'TCP') === protocol)
}

/** The number of a Service port on a pod: a number is taken unchecked, a name is looked up. */
export function resolveTargetPort(pod: Pod, port: ServicePort): number | undefined {
  const target = targetPortOf(port)
  return typeof target === 'number' ? target : namedPort(pod, target, protocolOf(port))?.containerPort
}

/** Whether the controller lists a pod at all: not finished, and with an address (or one it will get). */
export function isListed(pod: Pod): boolean {
  return !isFinished(pod) && (podAddresses(pod).length > 0 || !isObserved(pod))
}

/** The pods of its namespace that a Service selects and the controller would list. */
export function selectedPods(service: Service, pods: readonly Pod[]): readonly Pod[] {
  const selector = selectorOf(service)
  if (selector === undefined) return []
  return pods.filter((pod) => hasLabels(pod.metadata.labels, selector) && isListed(pod))
}

/**
 * The endpoints that the EndpointSlice controller would write. Source: endpointslice reconciler and
 * podToEndpoint: serving = pod Ready, ready = publishNotReadyAddresses or (Ready and not deleting).
 */
export function expectedEndpoints(service: Service, pods: readonly Pod[]): readonly Endpoint[] {
  const family = primaryFamily(service)
  const { ports } = service.spec
  const wanted: readonly (ServicePort | undefined)[] =
    ports.length === 0 && isHeadless(service) ? [undefined] : ports
  return selectedPods(service, pods).flatMap((pod) => {
    const address = podAddresses(pod).find((ip) => ip.includes(':') === (family === 'IPv6'))
    if (address === undefined && isObserved(pod)) return []
    const serving = isReady(pod)
    const common = {
      service,
      address: address ?? '',
      pod,
      podName: pod.metadata.name,
      nodeName: pod.spec.nodeName,
      ready: service.spec.publishNotReadyAddresses === true || (serving && !isDeleting(pod)),
      serving,
      terminating: isDeleting(pod),
    }
    return wanted.flatMap((port): readonly Endpoint[] => {
      if (port === undefined) return [common]
      const targetPort = resolveTargetPort(pod, port)
      // A headless Service resolves to all of its pods; only SRV records need the number.
      if (targetPort === undefined) return isHeadless(service) ? [{ ...common, port }] : []
      return [{ ...common, port, targetPort }]
    })
  })
}
