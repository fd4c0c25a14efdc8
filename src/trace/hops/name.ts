import { clusterDns, isPlain } from '../../network/dns/cluster-dns.ts'
import { type NameLookup, nameLookup } from '../../network/flows/name-lookups.ts'
import type { Network } from '../../network/network.ts'
import { isExternalName, isHeadless } from '../../network/services/service-facts.ts'
import { type Connection, clientKey, isRouted } from '../../network/traffic/connection.ts'
import { type Place, place } from '../../network/traffic/place.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { notApplicable, notChecked, passes, type Symptom, type Verdict } from '../path.ts'
import type { HopJudge, Judgement, Way } from '../way.ts'

/**
 * Whether the name that the client uses leads anywhere: whether it is the name of anything here, and whether this client's
 * resolver and the cluster's DNS make that of it. Addresses and named objects have no name to resolve.
 */
export const name: HopJudge = {
  kind: 'name',
  perEndpoint: false,
  judge: (way, network) => ({
    place: place.name(clientKey(way.connection.client), way.connection.host),
    ...judged(way, network),
  }),
}

function judged({ connection, resolved }: Way, network: Network): Omit<Judgement, 'place'> {
  if (connection.address !== undefined) return { verdict: notApplicable }
  const { destination, gaps } = resolved
  if (destination.kind === 'missing-service') {
    if (gaps.length > 0) return { verdict: { outcome: 'unknown', reason: 'not-read', gaps } }
    if (isRouted(connection.client)) return { verdict: notChecked }
    const reason = destination.elsewhere.length > 0 ? 'service-in-other-namespace' : 'no-such-service'
    const symptom = connection.target === undefined ? 'nxdomain' : undefined
    return { verdict: { outcome: 'fails', reason, symptom } }
  }
  if (connection.target !== undefined) return { verdict: notApplicable }
  if (destination.kind === 'service' && isUsual(connection, network)) {
    const { service } = destination
    if (!isHeadless(service) && !isExternalName(service)) return { verdict: passes }
  }
  const found = nameLookup(connection, network)
  if (found === undefined) return { verdict: passes }
  return { verdict: verdictOf(found), behind: placesBehind(connection, found.meant) }
}

/** Where findings about a lookup lie: the client, and the Service that is meant. */
function placesBehind({ client }: Connection, meant: Service | undefined): readonly Place[] {
  if (client.kind !== 'workload') return []
  return [place.client(client.workload), ...(meant === undefined ? [] : [place.service(meant)]), place.dns]
}

/** Whether a client asks the cluster's DNS in the usual way, and that does nothing unusual: most do, and need no lookup. */
function isUsual({ client }: Connection, network: Network): boolean {
  if (client.kind !== 'workload') return true
  const { spec } = client.workload
  const asksAsUsual =
    spec.dnsConfig === undefined &&
    spec.hostNetwork !== true &&
    (spec.dnsPolicy ?? 'ClusterFirst') === 'ClusterFirst'
  return asksAsUsual && isPlain(clusterDns(network))
}

const fails = (reason: Verdict['reason'], symptom?: Symptom): Verdict => ({
  outcome: 'fails',
  reason,
  symptom,
})

function verdictOf({ lookup, meant, meaning }: NameLookup): Verdict {
  switch (meaning) {
    case 'right':
      return passes
    case 'elsewhere':
      return fails('name-leads-elsewhere')
    case 'outside-resolver':
      return fails('resolver-outside-cluster', 'nxdomain')
    case 'lost':
      return fails('name-not-resolved', lookup.outcome.is === 'servfail' ? 'servfail' : 'nxdomain')
    case 'unread':
      return { outcome: 'unknown', reason: 'not-read', gaps: lookup.gaps }
    case 'open':
      // What is no name of the cluster at all is not ours to judge.
      return meant === undefined ? passes : notChecked
  }
}
