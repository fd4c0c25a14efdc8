import type { Service } from '../../snapshot/kinds/service.ts'
import type { Endpoint } from './endpoint.ts'

/** The node whose kube-proxy handles the packet. */
export interface ProxyNode {
  readonly name: string
  /** Its `topology.kubernetes.io/zone`; absent when it has none or could not be read. */
  readonly zone?: string | undefined
}

export type Traffic = 'internal' | 'external'

/** Which rule of kube-proxy decided. */
type ChoiceReason =
  | 'ready'
  | 'terminating'
  | 'local-ready'
  | 'local-terminating'
  | 'node-hints'
  | 'zone-hints'
  | 'no-endpoint'
  | 'no-local-endpoint'

export interface Choice {
  readonly endpoints: readonly Endpoint[]
  readonly reason: ChoiceReason
}

const isDrained = (endpoint: Endpoint): boolean => endpoint.serving && endpoint.terminating

/**
 * The endpoints that kube-proxy on a node uses for one Service port. Source: pkg/proxy/topology.go,
 * CategorizeEndpoints: Local policies first, then all ready, then all serving and terminating ones; hints narrow
 * only the ready ones and only when every one has a hint and one fits.
 *
 * @param endpoints those of one Service port
 * @param node absent when the client's node is not known: then Local policies and hints cannot narrow
 */
export function chooseEndpoints(
  service: Service,
  endpoints: readonly Endpoint[],
  node: ProxyNode | undefined,
  traffic: Traffic = 'internal',
): Choice {
  const ready = endpoints.filter((endpoint) => endpoint.ready)
  const drained = endpoints.filter(isDrained)
  if (node !== undefined && isLocal(service, traffic)) {
    const here = (endpoint: Endpoint): boolean => endpoint.nodeName === node.name
    const localReady = ready.filter(here)
    if (localReady.length > 0) return { endpoints: localReady, reason: 'local-ready' }
    const localDrained = drained.filter(here)
    if (localDrained.length > 0) return { endpoints: localDrained, reason: 'local-terminating' }
    return {
      endpoints: [],
      reason: ready.length + drained.length === 0 ? 'no-endpoint' : 'no-local-endpoint',
    }
  }
  if (ready.length === 0) {
    return drained.length > 0
      ? { endpoints: drained, reason: 'terminating' }
      : { endpoints: [], reason: 'no-endpoint' }
  }
  return (node === undefined ? undefined : hinted(ready, node)) ?? { endpoints: ready, reason: 'ready' }
}

/** Whether kube-proxy on one node may choose otherwise than on another. */
export function dependsOnNode(
  service: Service,
  endpoints: readonly Endpoint[],
  traffic: Traffic = 'internal',
): boolean {
  return isLocal(service, traffic) || endpoints.some(({ hints }) => hints !== undefined)
}

export function isLocal(service: Service, traffic: Traffic): boolean {
  const { internalTrafficPolicy, externalTrafficPolicy } = service.spec
  return (traffic === 'internal' ? internalTrafficPolicy : externalTrafficPolicy) === 'Local'
}

/** Whether hints for zones would count: every ready endpoint has one. */
export function areHintedByZone(endpoints: readonly Endpoint[]): boolean {
  const ready = endpoints.filter((endpoint) => endpoint.ready)
  return ready.length > 0 && ready.every((endpoint) => (endpoint.hints?.forZones.length ?? 0) > 0)
}

function hinted(ready: readonly Endpoint[], node: ProxyNode): Choice | undefined {
  if (ready.every((endpoint) => (endpoint.hints?.forNodes.length ?? 0) > 0)) {
    const same = ready.filter(
      (endpoint) => endpoint.hints?.forNodes.some(({ name }) => name === node.name) === true,
    )
    if (same.length > 0) return { endpoints: same, reason: 'node-hints' }
  }
  const { zone } = node
  if (zone !== undefined && areHintedByZone(ready)) {
    const same = ready.filter(
      (endpoint) => endpoint.hints?.forZones.some(({ name }) => name === zone) === true,
    )
    if (same.length > 0) return { endpoints: same, reason: 'zone-hints' }
  }
  return undefined
}
