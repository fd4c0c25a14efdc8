import type { PodSpec } from '../../snapshot/kinds/pod-spec.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { joinReads, mapRead, type Read } from '../inventory/read.ts'

/** One server that a pod asks. */
export interface Nameserver {
  /** The address; absent for `node`, whose file no object shows. */
  readonly address?: string | undefined
  /**
   * cluster: the DNS Service. node-local: a cache on the pod's own node. node: whatever the node's resolv.conf says.
   * custom: an address that `dnsConfig` names.
   */
  readonly kind: 'cluster' | 'node-local' | 'node' | 'custom'
  /** The DNS Service, for `cluster`. */
  readonly service?: Service | undefined
}

/** The servers of a pod's resolver, in order. Gaps: what would have to be read to know the cluster's. */
export interface Resolver {
  readonly nameservers: readonly Nameserver[]
  readonly gaps: readonly Gap[]
}

/** Where clusters keep their DNS Service; never by a fixed address. */
const places = [
  { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  { namespace: 'openshift-dns', labels: { 'dns.operator.openshift.io/owning-dns': 'default' } },
] as const

const serviceTable = memoTable<Read<Service>>('dns.service')

/** The usual address of NodeLocal DNSCache; link-local, so only the node itself can have it. */
const nodeLocalAddress = /^169\.254\./

/** glibc, musl and the kubelet all stop at three. */
const mostNameservers = 3

/** The Service of the cluster's DNS, by label: none or one, or several where a distribution keeps more. */
export function dnsServices(inventory: Inventory): Read<Service> {
  return inventory.memo.get(serviceTable, '', () => {
    const reads = places.map(({ namespace, labels }) => inventory.select('Service', namespace, labels))
    const found = joinReads(reads)
    // OpenShift's namespace is no gap of a cluster that has the usual one.
    return found.items.length > 0 ? { ...found, gaps: [] } : mapRead(found, (items) => items)
  })
}

/**
 * The nameservers that the kubelet writes into a pod's resolv.conf. Source: kubelet/network/dns, GetPodDNS:
 * ClusterFirst with hostNetwork behaves as Default; under every policy but None `dnsConfig` only appends.
 */
export function resolverOf(spec: PodSpec, inventory: Inventory): Resolver {
  const { dnsConfig, hostNetwork } = spec
  const policy = spec.dnsPolicy ?? 'ClusterFirst'
  const custom = (dnsConfig?.nameservers ?? []).map((address) => classified(address, inventory))
  if (policy === 'None') return { nameservers: custom.slice(0, mostNameservers), gaps: [] }
  const usesNode = policy === 'Default' || (policy === 'ClusterFirst' && hostNetwork === true)
  if (usesNode)
    return { nameservers: [{ kind: 'node' } as const, ...custom].slice(0, mostNameservers), gaps: [] }
  const services = dnsServices(inventory)
  const cluster = services.items.map(
    (service): Nameserver => ({ kind: 'cluster', address: service.spec.clusterIP, service }),
  )
  return { nameservers: [...cluster.slice(0, 1), ...custom].slice(0, mostNameservers), gaps: services.gaps }
}

function classified(address: string, inventory: Inventory): Nameserver {
  if (nodeLocalAddress.test(address)) return { kind: 'node-local', address }
  const service = dnsServices(inventory).items.find(
    ({ spec }) => spec.clusterIP === address || spec.clusterIPs?.includes(address) === true,
  )
  return service === undefined ? { kind: 'custom', address } : { kind: 'cluster', address, service }
}
