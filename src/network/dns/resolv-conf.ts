import type { PodSpec } from '../../snapshot/kinds/pod-spec.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { asksClusterDns } from './names.ts'
import { type Nameserver, resolverOf } from './resolver.ts'

/** The resolv.conf that the kubelet writes for the pods of a template. */
export interface ResolvConf {
  readonly nameservers: readonly Nameserver[]
  /** Without final dots, in order. */
  readonly searches: readonly string[]
  /** The search list of the node stands there too, at this position; no object shows it. */
  readonly nodeSearchesAt?: number | undefined
  /** `undefined` where the node's own options decide, and no object shows those. */
  readonly ndots: number
  readonly options: ReadonlyMap<string, string>
  /** Whether options of the node may stand there as well. */
  readonly hasNodeOptions: boolean
  /** Entries that are left out because there are too many of them, or because they are too long. */
  readonly dropped: { readonly nameservers: readonly string[]; readonly searches: readonly string[] }
  readonly gaps: readonly Gap[]
}

/** Limits of the kubelet. Source: core/validation, MaxDNSSearchPaths and MaxDNSSearchListChars; DNS1123SubdomainMaxLength. */
const mostSearches = 32
const mostSearchCharacters = 2048
const longestSearch = 253

const mostNameservers = 3

/**
 * @param namespace of the pod
 * @param zone the cluster's domain, with its final dot
 */
export function resolvConfOf(
  spec: PodSpec,
  namespace: string,
  zone: string,
  inventory: Inventory,
): ResolvConf {
  const { nameservers, gaps } = resolverOf(spec, inventory)
  const domain = zone.replace(/\.$/, '')
  const isCluster = asksClusterDns(spec)
  const isNone = spec.dnsPolicy === 'None'
  const own = isCluster ? [`${namespace}.svc.${domain}`, `svc.${domain}`, domain] : []
  const appended = (spec.dnsConfig?.searches ?? []).map((item) => item.replace(/\.$/, '').toLowerCase())
  const { kept, dropped } = withinLimits([...new Set([...own, ...appended])])
  const options = new Map([
    ...(isCluster ? [['ndots', '5'] as const] : []),
    ...(spec.dnsConfig?.options ?? []).map(({ name, value = '' }) => [name, value] as const),
  ])
  const wanted = nameservers.length + Math.max((spec.dnsConfig?.nameservers.length ?? 0) - mostNameservers, 0)
  return {
    nameservers,
    searches: kept,
    nodeSearchesAt: isNone ? undefined : own.length,
    ndots: ndotsOf(options.get('ndots')),
    options,
    hasNodeOptions: !isCluster && !isNone,
    dropped: {
      nameservers:
        wanted > mostNameservers ? (spec.dnsConfig?.nameservers ?? []).slice(mostNameservers - wanted) : [],
      searches: dropped,
    },
    gaps,
  }
}

/** glibc and musl take 15 for more, and 1 for nothing. */
function ndotsOf(written: string | undefined): number {
  const number = written === undefined || !/^[0-9]{1,5}$/.test(written) ? 1 : Number(written)
  return Math.min(number, 15)
}

/** What the kubelet keeps of a search list. Source: kubelet/network/dns, formDNSSearchFitsLimits. */
function withinLimits(searches: readonly string[]): {
  readonly kept: readonly string[]
  readonly dropped: readonly string[]
} {
  const kept = searches.slice(0, mostSearches).filter((item) => item.length <= longestSearch)
  while (kept.join(' ').length > mostSearchCharacters) kept.pop()
  return { kept, dropped: searches.filter((item) => !kept.includes(item)) }
}
