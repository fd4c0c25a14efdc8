const node = (host: number): string => `198.18.0.${host}`

/**
 * The cluster's address plan. Nodes and the stand-ins for the internet use the network that RFC 2544 reserves for tests of
 * network devices, which no real host has. (Documentation networks are tempting, but sandboxes put their proxies there.)
 * The host itself reaches the nodes as `host`, and nothing in the cluster can open a connection to it.
 */
export const addresses = {
  host: node(1),
  controlPlane: node(10),
  /** The switch: default route of the nodes, and image registry. */
  gateway: node(126),
  nodePrefixLength: 25,
  nodeCidr: `${node(0)}/25`,
  internetDns: node(153),
  /** example.com */
  internetWeb: node(180),
  podCidr: '10.244.0.0/16',
  serviceCidr: '10.96.0.0/16',
  apiServiceIp: '10.96.0.1',
  dnsServiceIp: '10.96.0.10',
}

/** The API server as every client reaches it. */
export const apiServerUrl = `https://${addresses.controlPlane}:6443`

/** The image registry as containerd reaches it. */
export const registryUrl = `http://${addresses.gateway}:5000`

/** A worker node. */
export interface Worker {
  readonly name: string
  readonly address: string
  readonly zone: string
}

/** The worker nodes, each in a zone of its own. */
export const workers: readonly Worker[] = [
  { name: 'node1', address: node(11), zone: 'zone-a' },
  { name: 'node2', address: node(12), zone: 'zone-b' },
]
