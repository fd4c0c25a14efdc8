import type { EndpointSlice, SliceEndpoint, SlicePort } from '../../snapshot/kinds/endpoint-slice.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import type { Endpoint } from './endpoint.ts'
import { type IpFamily, isHeadless, primaryFamily, protocolOf } from './service-facts.ts'

export const serviceNameLabel = 'kubernetes.io/service-name'
export const managedByLabel = 'endpointslice.kubernetes.io/managed-by'

/**
 * The endpoints that slices list for a Service, in one address family, each address and port once. Slice
 * ports are matched to Service ports by name, as kube-proxy does; a port of another name serves nothing.
 *
 * @param podNamed the pod of the Service's namespace with that name
 */
export function observedEndpoints(
  service: Service,
  slices: readonly EndpointSlice[],
  podNamed: (name: string) => Pod | undefined,
  family: IpFamily = primaryFamily(service),
): readonly Endpoint[] {
  const seen = new Set<string>()
  const found: Endpoint[] = []
  for (const slice of slices) {
    if ((slice.addressType ?? 'IPv4') !== family) continue
    for (const endpoint of slice.endpoints) {
      for (const item of perPort(service, slice, endpoint, podNamed)) {
        const key = `${item.port?.name ?? ''}|${item.address}|${item.targetPort ?? ''}`
        if (seen.has(key)) continue
        seen.add(key)
        found.push(item)
      }
    }
  }
  return found
}

function perPort(
  service: Service,
  slice: EndpointSlice,
  endpoint: SliceEndpoint,
  podNamed: (name: string) => Pod | undefined,
): readonly Endpoint[] {
  const [address] = endpoint.addresses
  if (address === undefined) return []
  const { conditions, targetRef } = endpoint
  const podName = targetRef?.kind === 'Pod' ? targetRef.name : undefined
  const common = {
    service,
    address,
    pod: podName === undefined ? undefined : podNamed(podName),
    podName,
    nodeName: endpoint.nodeName,
    zone: endpoint.zone,
    hints: endpoint.hints,
    ready: conditions.ready ?? true,
    // kube-proxy, endpointslicecache.go: an absent condition is not read from another one.
    serving: conditions.serving ?? true,
    terminating: conditions.terminating ?? false,
    slice: slice.metadata.name,
  }
  if (service.spec.ports.length === 0) return isHeadless(service) ? [common] : []
  return service.spec.ports.flatMap((port) => {
    const match = slice.ports.find((item) => servesPort(item, port.name, protocolOf(port)))
    // CoreDNS answers with every address of a headless Service, whatever the ports of its slices are called.
    if (match?.port === undefined || match.port === 0) return isHeadless(service) ? [{ ...common, port }] : []
    return [{ ...common, port, targetPort: match.port }]
  })
}

function servesPort(item: SlicePort, name: string, protocol: string): boolean {
  return item.name === name && (item.protocol ?? 'TCP') === protocol
}
