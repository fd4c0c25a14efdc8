import { type Nameserver, resolverOf } from '../../network/dns/resolver.ts'
import type { Network } from '../../network/network.ts'
import { clientKey } from '../../network/traffic/connection.ts'
import { place } from '../../network/traffic/place.ts'
import { serviceConnection } from '../../network/traffic/traffic.ts'
import { isBroken, notApplicable, notChecked, type Path, passes, type Verdict } from '../path.ts'
import type { HopJudge, Judgement, Walk, Way } from '../way.ts'

const dnsPort = 53

/**
 * Whether the client can ask its nameserver. A lookup is a connection of its own, from the client to UDP port 53 of
 * the DNS Service, and is walked like any other. What the server answers is not judged here.
 */
export const dns: HopJudge = {
  kind: 'dns',
  perEndpoint: false,
  judge(way, network, walk) {
    const at = place.resolver(clientKey(way.connection.client))
    return { place: at, ...lookup(way, network, walk) }
  },
}

function lookup(way: Way, network: Network, walk: Walk): Omit<Judgement, 'place'> {
  const { client, address, target } = way.connection
  if (client.kind !== 'workload' || address !== undefined || target !== undefined)
    return { verdict: notApplicable }
  const { kind } = way.resolved.destination
  if (kind === 'loopback') return { verdict: notApplicable }
  const [first] = resolverOf(client.workload.spec, network.inventory).nameservers
  const service = first === undefined ? undefined : clusterService(first)
  if (service === undefined) return { verdict: notChecked }
  const path = walk(serviceConnection(client, service, dnsPort, 'UDP'), network)
  return {
    verdict: verdictOf(path),
    behind: path.firstBroken === undefined ? [] : [path.firstBroken.place, ...path.firstBroken.behind],
  }
}

const clusterService = ({ kind, service }: Nameserver) => (kind === 'cluster' ? service : undefined)

/**
 * The resolver is needed whole: a part of the lookups that is lost is retried and only slow. What could not be read of
 * the DNS Service itself is an assumption, said once; what could not be read to judge a policy of the client is not.
 */
function verdictOf(path: Path): Verdict {
  if (path.outcome === 'fails')
    return { outcome: 'fails', reason: 'resolver-unreachable', symptom: path.firstBroken?.verdict.symptom }
  const policies = path.hops.flatMap((hop) => hop.branches ?? []).flatMap((branch) => branch.hops)
  const undecided = policies.find(({ kind, verdict }) => kind === 'egress' && verdict.outcome === 'unknown')
  if (undecided !== undefined && !isBroken(undecided.verdict)) return undecided.verdict
  return path.outcome === 'unknown' ? notChecked : passes
}
