import type { Container } from '../snapshot/kinds/pod-spec.ts'

/** Names by which meshes inject their proxy: Istio, Linkerd, Consul, Kuma, App Mesh, Dapr. */
const names = /^(?:istio-proxy|linkerd-proxy|envoy-sidecar|consul-dataplane|kuma-sidecar|envoy|daprd)$/

/** Whether a container is the proxy of a mesh: it takes the connections to every port, and declares only its own. */
export function isMeshProxy({ name }: Container): boolean {
  return names.test(name)
}
