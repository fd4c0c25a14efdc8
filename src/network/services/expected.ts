import type { SliceEndpoint } from '../../snapshot/kinds/endpoint-slice.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { ContainerPort } from '../../snapshot/kinds/pod-spec.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import { isDeleting, isFinished, isObserved, isReady, podAddresses } from '../workloads/pods.ts'
import { runningContainers } from '../workloads/workload.ts'
import type { Endpoint } from './endpoint.ts'
import { type IpFamily, isHeadless, primaryFamily, protocolOf, targetPortOf } from './service-facts.ts'

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

/** What the controller knows of nodes. */
export interface NodeFacts {
  /** Whether the node is certainly gone: its pods are left out. */
  readonly isGone: (node: string) => boolean
  /** `topology.kubernetes.io/zone` of the node. */
  readonly zoneOf: (node: string) => string | undefined
}

/** Whether the controller lists a pod at all: not finished, and with an address (or one it will get). */
export function isListed(pod: Pod): boolean {
  return !isFinished(pod) && (podAddresses(pod).length > 0 || !isObserved(pod))
}

/**
 * The endpoints that the EndpointSlice controller would write. Source: endpointslice/reconciler.go and utils.go,
 * podToEndpoint: serving = pod Ready, ready = publishNotReadyAddresses or (Ready and not deleting). Pods of a node
 * that is gone are left out, unless addresses are published in any case. A Service without ports has endpoints only
 * when it is headless.
 *
 * @param pods those that the selector takes and {@link isListed}
 */
export function expectedEndpoints(
  service: Service,
  pods: readonly Pod[],
  nodes: NodeFacts,
  family: IpFamily = primaryFamily(service),
): readonly Endpoint[] {
  const { ports, publishNotReadyAddresses = false } = service.spec
  const wanted = ports.length === 0 && isHeadless(service) ? [undefined] : ports
  return pods.flatMap((pod) => {
    const { nodeName } = pod.spec
    const address = podAddresses(pod).find((ip) => ip.includes(':') === (family === 'IPv6'))
    if (address === undefined && isObserved(pod)) return []
    if (nodeName !== undefined && nodes.isGone(nodeName) && !publishNotReadyAddresses) return []
    const serving = isReady(pod)
    const ready = publishNotReadyAddresses || (serving && !isDeleting(pod))
    const zone = nodeName === undefined ? undefined : nodes.zoneOf(nodeName)
    const common = {
      service,
      address: address ?? '',
      pod,
      podName: pod.metadata.name,
      nodeName,
      zone,
      hints: ready ? hintsFor(service, zone, nodeName) : undefined,
      ready,
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

/**
 * The hints that `trafficDistribution` asks for: each endpoint for its own zone, and its own node. Source:
 * endpointslice/trafficdist. What the annotation for topology aware routing makes depends on the load of all nodes
 * and is not foretold.
 */
function hintsFor(
  { spec, metadata }: Service,
  zone: string | undefined,
  node: string | undefined,
): SliceEndpoint['hints'] {
  const { trafficDistribution = '' } = spec
  const annotation =
    metadata.annotations['service.kubernetes.io/topology-aware-hints'] ??
    metadata.annotations['service.kubernetes.io/topology-mode']
  const isAutomatic = annotation === 'Auto' || annotation === 'auto'
  if (isAutomatic || !['PreferClose', 'PreferSameZone', 'PreferSameNode'].includes(trafficDistribution))
    return undefined
  const forZones = zone === undefined ? [] : [{ name: zone }]
  const forNodes = trafficDistribution === 'PreferSameNode' && node !== undefined ? [{ name: node }] : []
  return forZones.length + forNodes.length === 0 ? undefined : { forZones, forNodes }
}
