import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { isHostNetwork, type Party } from '../../network/policy/endpoint.ts'
import { matchNamespace, matchPorts, matchSubject } from '../../network/policy/match.ts'
import type { Peer, Policy, Protocol } from '../../network/policy/model.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'

/** Where agents run that carry connections of a hosted control plane into the cluster, and static pods of a plain one. */
const systemNamespace = 'kube-system'

/**
 * The policies that keep the API server from a pod, whatever address it comes from; `undefined` where it may get in, or
 * cannot be said. It comes from an address of a control plane node, of a tunnel on it, or of a network outside, which
 * no object tells: so only rules that name nothing but pods count as closed to it, and of these only pods outside
 * kube-system, where the agents of hosted control planes run.
 */
export function policiesAgainstApiServer(
  { pod, targetPort }: Endpoint,
  protocol: Protocol,
  network: Network,
): readonly Policy[] | undefined {
  if (pod === undefined || targetPort === undefined || isHostNetwork(pod)) return undefined
  const policies = network.policy
  const namespace = policies.namespace(pod.metadata.namespace ?? '')
  const set = policies.in(namespace.name)
  whole({ items: [], gaps: set.gaps })
  const isOthers = policies.cluster().all.length + policies.ofPlugins(namespace.name).policies.length > 0
  if (isOthers || !policies.profile.enforcesPolicies || isBesideApiServer(pod.status.hostIP, network))
    return undefined
  const party: Party = { endpoint: { kind: 'pod', pod }, pod, namespace }
  const target = { protocol, port: targetPort, destination: party }
  const selecting = set.policies
    .map((policy) => ({ policy, is: matchSubject(policy, party, policies).is }))
    .filter(({ policy, is }) => policy.rules.ingress !== undefined && is !== 'no')
  const rules = selecting
    .flatMap(({ policy }) => policy.rules.ingress ?? [])
    .filter((rule) => rule.doubt !== undefined || matchPorts(rule, target, policies).is !== 'no')
  if (rules.some(({ peers }) => peers === 'all' || peers.some((peer) => mayBeApiServer(peer, network))))
    return undefined
  const isolating = selecting.filter(({ is }) => is === 'yes').map(({ policy }) => policy)
  return isolating.length === 0 ? undefined : isolating
}

function mayBeApiServer(peer: Peer, network: Network): boolean {
  if (peer.is !== 'pods') return peer.is !== 'nothing'
  return matchNamespace(peer.namespaces, network.policy.namespace(systemNamespace)).is !== 'no'
}

/** What comes from the own node of a pod always gets in; where the API server's node is not known, it may be this one. */
function isBesideApiServer(hostAddress: string | undefined, network: Network): boolean {
  const { declared } = network.inventory.snapshot.coverage
  if (hostAddress === undefined) return !declared
  const [service] = whole(network.services.get('default', 'kubernetes'))
  const endpoints = service === undefined ? [] : whole(network.services.endpoints(service))
  return endpoints.length === 0 || endpoints.some(({ address }) => address === hostAddress)
}
