import type { PodSpec } from '../../snapshot/kinds/pod-spec.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import type { WorkloadObject } from '../../snapshot/kinds/workload.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { joinReads, type Read } from '../inventory/read.ts'
import { asksClusterDns } from './names.ts'

/** A cache that runs on the host network of every node, and answers there. */
export interface NodeLocalCache {
  readonly object: WorkloadObject
  /** The addresses that it takes on its node (`-localip`): its own, and as a rule that of the DNS Service. */
  readonly addresses: readonly string[]
}

/** One server that a pod asks. */
export interface Nameserver {
  /** The address in the pod's resolv.conf; absent where no object shows it. */
  readonly address?: string | undefined
  /**
   * cluster: the DNS Service. node-local: a cache on the pod's own node has that address. node: whatever the node's
   * resolv.conf says. custom: another address that `dnsConfig` names.
   */
  readonly kind: 'cluster' | 'node-local' | 'node' | 'custom'
  /** The DNS Service, for `cluster`, and the one that a `node-local` cache stands in for. */
  readonly service?: Service | undefined
  /** For `node-local`; for `cluster` a cache that the kubelet may send pods to instead: its configuration is in no object. */
  readonly cache?: NodeLocalCache | undefined
}

/** The servers of a pod's resolver, in order. Gaps: what would have to be read to know the cluster's. */
export interface Resolver {
  readonly nameservers: readonly Nameserver[]
  readonly gaps: readonly Gap[]
  /** Lookups go over TCP: the option `use-vc` of glibc. */
  readonly usesTcp: boolean
}

/** Where clusters keep their DNS Service; never by a fixed address. */
const places = [
  { namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  { namespace: 'openshift-dns', labels: { 'dns.operator.openshift.io/owning-dns': 'default' } },
] as const

const serviceTable = memoTable<Read<Service>>('dns.service')
const cacheTable = memoTable<Read<NodeLocalCache>>('dns.cache')

/** The usual address of NodeLocal DNSCache; link-local, so only the node itself can have it. */
const linkLocal = /^169\.254\./

/** glibc, musl and the kubelet all stop at three. */
const mostNameservers = 3

/** The Service of the cluster's DNS, by label: none or one, or several where a distribution keeps more. */
export function dnsServices(inventory: Inventory): Read<Service> {
  return inventory.memo.get(serviceTable, '', () => {
    const [usual, ...others] = places.map(({ namespace, labels }) =>
      inventory.select('Service', namespace, labels),
    )
    const found = joinReads([...(usual === undefined ? [] : [usual]), ...others])
    // Namespaces of other distributions are no gap of a cluster that has the usual one, nor the first to ask for.
    if (found.items.length > 0) return { ...found, gaps: [] }
    return usual !== undefined && usual.gaps.length > 0 ? { ...found, gaps: usual.gaps } : found
  })
}

/**
 * NodeLocal DNSCache, by the flag that its agents are started with. Agents that are not on the host network are
 * redirected to by the network plugin, and are no cache of the node.
 */
function nodeLocalCaches(inventory: Inventory): Read<NodeLocalCache> {
  return inventory.memo.get(cacheTable, '', () => {
    const sets = inventory.list('DaemonSet', 'kube-system')
    const items = sets.items.flatMap((object): readonly NodeLocalCache[] => {
      const spec = object.spec.template?.spec
      if (spec?.hostNetwork !== true) return []
      const addresses = spec.containers.flatMap(({ command = [], args = [] }) =>
        localAddresses([...command, ...args]),
      )
      return addresses.length === 0 ? [] : [{ object, addresses }]
    })
    return { items, gaps: sets.gaps, open: sets.open }
  })
}

/** Whether any DNS cache runs on the nodes. */
export function hasNodeLocalCache(inventory: Inventory): boolean {
  return nodeLocalCaches(inventory).items.length > 0
}

/** Whether a DNS cache has this address on every node. */
export function isAddressOfCache(address: string, inventory: Inventory): boolean {
  return nodeLocalCaches(inventory).items.some(({ addresses }) => addresses.includes(address))
}

function localAddresses(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => /^--?localip(=|$)/.test(word))
  const word = words[at]
  if (word === undefined) return []
  const list = word.includes('=') ? word.slice(word.indexOf('=') + 1) : (words[at + 1] ?? '')
  return list.split(',').filter((address) => address !== '')
}

/**
 * The nameservers that the kubelet writes into a pod's resolv.conf. Source: kubelet/network/dns, GetPodDNS:
 * ClusterFirst with hostNetwork behaves as Default; under every policy but None `dnsConfig` only appends.
 */
export function resolverOf(spec: PodSpec, inventory: Inventory): Resolver {
  const { dnsConfig } = spec
  const usesTcp = (dnsConfig?.options ?? []).some(({ name }) => name === 'use-vc')
  const custom = (dnsConfig?.nameservers ?? []).map((address) => classified(address, inventory))
  const first = (nameservers: readonly Nameserver[], gaps: readonly Gap[] = []): Resolver => ({
    nameservers: nameservers.slice(0, mostNameservers),
    gaps,
    usesTcp,
  })
  if (spec.dnsPolicy === 'None') return first(custom)
  if (!asksClusterDns(spec)) return first([{ kind: 'node' }, ...custom])
  const { items, gaps } = dnsServices(inventory)
  const [service] = items
  return first(service === undefined ? custom : [ofCluster(service, inventory), ...custom], gaps)
}

/** The DNS Service, or the cache of the node where that has taken the Service's address. */
function ofCluster(service: Service, inventory: Inventory): Nameserver {
  const { clusterIP: address } = service.spec
  const [cache] = nodeLocalCaches(inventory).items
  const isCaught = address !== undefined && cache?.addresses.includes(address) === true
  return { kind: isCaught ? 'node-local' : 'cluster', address, service, cache }
}

function classified(address: string, inventory: Inventory): Nameserver {
  const [cache] = nodeLocalCaches(inventory).items
  if (linkLocal.test(address) || cache?.addresses.includes(address))
    return { kind: 'node-local', address, cache }
  const service = dnsServices(inventory).items.find(
    ({ spec }) => spec.clusterIP === address || spec.clusterIPs?.includes(address) === true,
  )
  return service === undefined ? { kind: 'custom', address } : { kind: 'cluster', address, service }
}
