import type { Service } from '../../snapshot/kinds/service.ts'
import { inAnyRange, parseAddress } from '../inventory/address.ts'
import type { Answer } from './answer.ts'
import { clusterDns, type DnsParts } from './cluster-dns.ts'
import { isIn } from './corefile/zones.ts'
import type { Lookup } from './lookup.ts'
import { serverFor } from './server.ts'

/**
 * What a lookup means for whoever dials the name.
 *
 * right: it leads where it should, or what keeps it from there is another hop's business. elsewhere: a name of the cluster is
 * answered with something else. outside-resolver: a server outside is asked that surely does not know it. lost: there is no
 * answer. unread: that depends on what was not read. open: nothing here tells.
 */
export type Meaning = 'right' | 'elsewhere' | 'outside-resolver' | 'lost' | 'unread' | 'open'

/** Answers without a record that other hops, or nobody, can say more about: pods that are not ready, or come and go. */
const othersBusiness: ReadonlySet<Answer['why']> = new Set([
  'no-ready-endpoint',
  'no-such-endpoint',
  'no-such-port',
  'other-family',
] as const)

/** Reasons that lie in what the client asks or in how the server is set up, and in nothing that comes and goes. */
const lasting: ReadonlySet<Answer['why']> = new Set([
  'namespace-left-out',
  'service-left-out',
  'empty-service-left-out',
  'external-name-is-address',
  'external-name-cycle',
  'external-name-dead',
  'by-configuration',
] as const)

/** @param meant the Service that the name stands for by the schema of cluster names, where one is there */
export function meaningOf(
  { outcome: { is, answer }, nameserver, gaps, missed }: Lookup,
  meant: Service | undefined,
  parts: DnsParts,
): Meaning {
  const isClusters = nameserver?.kind === 'cluster' || nameserver?.kind === 'node-local'
  switch (is) {
    case 'hosts':
      return 'right'
    case 'found':
      return meant !== undefined && leadsElsewhere(answer, meant) ? 'elsewhere' : 'right'
    case 'outside-resolver':
      return nameserver?.kind === 'node' || isPublic(nameserver?.address ?? '') ? 'outside-resolver' : 'open'
    case 'nxdomain':
    case 'nodata':
    case 'servfail':
      if (othersBusiness.has(answer.why)) return 'right'
      if (meant === undefined) return 'open'
      return lasting.has(answer.why) || (isClusters && missed !== undefined) || lacksZone(parts)
        ? 'lost'
        : 'open'
    case 'unknown':
      return gaps.length > 0 ? 'unread' : 'open'
    case 'external':
      return meant !== undefined && isClusters && answer.aliases.length === 0 && lacksZone(parts)
        ? 'lost'
        : 'open'
    case 'not-a-name':
    case 'no-nameserver':
      return 'open'
  }
}

/** Plugins that may answer a Service's name with an address of their own. */
const inventing: ReadonlySet<string> = new Set(['hosts', 'template'])

function leadsElsewhere({ by, service, addresses, rewrites, aliases }: Answer, meant: Service): boolean {
  // A search list of another namespace finds what is there; a rewrite to a Service is somebody's intent.
  if (service !== undefined && service !== meant)
    return rewrites.length === 0 && aliases.length === 0 && by?.plugin === 'kubernetes'
  const own = meant.spec.clusterIPs ?? [meant.spec.clusterIP ?? '']
  return (
    service === undefined &&
    by !== undefined &&
    inventing.has(by.plugin) &&
    !addresses.every((address) => own.includes(address))
  )
}

/** Whether the server's configuration, as it is used, has nobody for the cluster's domain. */
export function lacksZone(parts: DnsParts): boolean {
  const { zone, servers, isAssumed, corefile } = clusterDns(parts)
  if (isAssumed || (corefile?.unknownImports.length ?? 0) > 0) return false
  const server = serverFor(`svc.${zone}`, servers)
  return !(server?.plugins ?? []).some(
    (plugin) =>
      (plugin.kind === 'kubernetes' || plugin.kind === 'opaque') &&
      plugin.zones.some((item) => isIn(zone, item)),
  )
}

/** Ranges of addresses that no server of the internet has; those of the documentation are nobody's. */
const notPublic = [
  ...['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16'],
  ...['0.0.0.0/8', '224.0.0.0/4', 'fc00::/7', 'fe80::/10', '::1/128'],
]

/** Whether a server of the internet has this address: it knows no cluster's names. */
export function isPublic(address: string): boolean {
  return parseAddress(address) !== undefined && !inAnyRange(address, notPublic)
}
