import { canonicalAddress } from '../inventory/address.ts'
import { isHostNetwork } from './endpoint.ts'
import { allow, deny, type Evidence, type Side } from './tiers.ts'

// What bears on a side beside the rules of standard policies: the plugin's own policies, addresses that are translated
// first, and the node that the pod runs on.

/** The policies of the network plugin that may select the pod: they can allow and deny anything. */
export function searchPluginPolicies({ subject, direction, policies }: Side, evidence: Evidence): number {
  const { pod, namespace } = subject
  if (pod === undefined || namespace === undefined) return 0
  const selecting = policies
    .ofPlugins(namespace.name)
    .policies.filter((policy) => policy.directions.has(direction) && policy.maySelect(pod, namespace))
  for (const { reference } of selecting) evidence.doubts.push({ id: 'cni-policy', policy: reference })
  return selecting.length === 0 ? 0 : allow | deny
}

/** T40: no policy sees a packet to the address of a Service, but where the own node answers it itself. */
export function untranslated({ direction, peer, policies }: Side, evidence: Evidence): number {
  const { endpoint, addressText = '' } = peer
  if (direction === 'ingress' || endpoint.kind !== 'outside' || endpoint.nodeName !== undefined) return 0
  if (policies.profile.cidrMatchesServiceAddress || !isTouched(evidence)) return 0
  const { services, gaps } = policies.servicesWith(addressText)
  if (services.length === 0) {
    evidence.assumes.push(...gaps)
    return 0
  }
  evidence.doubts.push({ id: 'service-address' })
  return allow | deny
}

/**
 * T34: what comes from the pod's own node always gets in. A host-network pod of that node looks like it, unless the
 * plugin can tell them apart. Of what goes there, the API reference says nothing and the concept page the same.
 */
export function ownNode({ subject, peer, policies }: Side, evidence: Evidence): 'yes' | 'no' | 'maybe' {
  const node = subject.pod?.spec.nodeName
  if (node === undefined || isHostNetwork(subject.pod)) return 'no'
  if (peer.endpoint.kind === 'node') return peer.endpoint.node.metadata.name === node ? 'yes' : 'no'
  if (peer.pod !== undefined) {
    if (!isHostNetwork(peer.pod) || peer.pod.spec.nodeName !== node) return 'no'
    const { policyOnHostNetworkPods } = policies.profile
    return policyOnHostNetworkPods === 'no' ? 'yes' : policyOnHostNetworkPods === 'yes' ? 'no' : 'maybe'
  }
  const { endpoint, addressText = '' } = peer
  if (endpoint.kind === 'outside' && endpoint.nodeName === node) return 'yes'
  if (canonicalAddress(addressText) === canonicalAddress(subject.pod?.status.hostIP ?? '')) return 'yes'
  const { nodes, gaps } = policies.nodesWith(addressText)
  if (nodes.some(({ metadata }) => metadata.name === node)) return 'yes'
  if (nodes.length === 0) evidence.unknownNodes.push(...gaps)
  return 'no'
}

/** What to tell with a side that policies touch. */
export function noteCaveats({ direction, peer, policies }: Side, evidence: Evidence): void {
  if (!isTouched(evidence)) return
  if (!policies.profile.enforcesPolicies) evidence.caveats.add('not-enforced')
  if (direction === 'ingress' && peer.endpoint.kind === 'outside')
    evidence.caveats.add('source-may-be-rewritten')
}

function isTouched({ isolatedBy, acting }: Evidence): boolean {
  return isolatedBy.length > 0 || acting.length > 0
}
