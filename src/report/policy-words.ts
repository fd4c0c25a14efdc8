import type { Clause } from '../network/policy/clause.ts'
import type { CaveatId, Doubt, DoubtId } from '../network/policy/doubt.ts'
import type { DetectedCni } from '../network/policy/profile.ts'
import { escapeText } from './escape.ts'
import { resourceName } from './words.ts'

/** What a caveat means to whoever reads the verdict. */
const caveats: Readonly<Record<CaveatId, string>> = {
  'input-invalid':
    'a policy that takes part is invalid: the API server would refuse it; its invalid parts match nothing here',
  'ipblock-on-pod':
    'an ipBlock decides about a pod; blocks are meant for addresses outside, and some plugins never match pods by them',
  'source-may-be-rewritten':
    'from outside, the pod may see the address of a node or load balancer instead of the client',
  'equal-priority': 'policies of equal priority match; plugins may take them in any order',
  'two-generations':
    'admin policies of both generations are in the cluster; a plugin may look at one of them only',
  'own-node': 'what comes from the own node of a pod, such as probes of the kubelet, is always let in',
  'host-network': 'for pods on the host network the network plugin decides, and this one is taken to do so',
  'not-enforced': 'the network plugin does not enforce policies: as it runs here, nothing is denied',
  'end-port-ignored': 'the network plugin ignores endPort: it opens the first port of the range only',
  'init-container-port':
    'a port name is declared by an init container or sidecar only; this network plugin does not look at those',
  'no-ip-yet': 'a pod has no address yet: no ipBlock can match it',
}

const doubts: Readonly<Record<DoubtId, string>> = {
  'namespace-not-read': 'it depends on labels of a namespace that may not be read',
  'namespace-labels-not-known': 'it depends on labels of a namespace that is only mentioned in these files',
  'policies-not-read': 'the policies there were not read',
  'nodes-not-read': 'it depends on the addresses of nodes, which were not read',
  'host-network':
    'undefined by the API: whether policies apply to a host-network pod is up to the network plugin',
  'init-container-port':
    'undefined by the API: the port name is declared by an init container or sidecar only',
  'protocol-not-covered': 'undefined by the API: NetworkPolicy says nothing about protocols such as ICMP',
  'own-node-egress':
    "undefined by the API: traffic to the pod's own node; its reference and its concept page disagree",
  'service-address':
    'the address is that of a Service, which is translated first: ask about the Service or its endpoints',
  'ipblock-on-node': 'the network plugin may or may not match addresses of nodes by ipBlock',
  'sctp-not-supported': 'the network plugin is not known to filter SCTP',
  'self-through-service': 'undefined by the API: a pod that reaches itself through a Service',
  'equal-priority': 'undefined by the API: policies of equal priority decide differently',
  'two-generations': 'admin policies of two API generations decide differently',
  'unknown-field': 'a policy has a field that is not known here',
  'input-invalid': 'it hangs on a policy that is invalid',
  'domain-names': 'a rule allows by domain names, and their addresses are not known',
  'cni-policy': "a policy of the network plugin's own kind selects the pod; what it does is not judged here",
  'address-not-known': 'the pod has no address yet that an ipBlock could be compared with',
  'kube-router-both-directions':
    'kube-router differs from the API: of a policy for both directions that selects both ends, rules of one direction let packets of the other through',
  'kube-router-port-name-of-nobody':
    'kube-router differs from the API: a rule with named ports that no pod has opens every port',
  'kube-router-port-name-beside-block':
    'kube-router differs from the API: in egress, a named port beside an ipBlock is not opened',
  'kube-router-port-name-without-to':
    "kube-router differs from the API: in egress without `to`, a named port means the numbers that pods of the policy's own namespace give it",
  'kube-router-except':
    'kube-router differs from the API: the `except` of one ipBlock takes addresses out of the other blocks of its rule',
  'finished-pod': 'the pod has finished: it has no traffic, and its address may belong to another pod by now',
}

export function caveatText(id: CaveatId): string {
  return caveats[id]
}

/** What a guess of the network plugin rests on; `undefined` where nothing was guessed. */
export function pluginSource({ agent, node }: DetectedCni): string | undefined {
  if (agent !== undefined) return `DaemonSet ${escapeText(agent)}`
  return node === undefined ? undefined : `inside k3s, by Node ${escapeText(node)}`
}

/** Why there is no answer, with the object and field that it hangs on. */
export function doubtText({ id, policy, field }: Doubt): string {
  const at =
    policy === undefined
      ? ''
      : ` (${escapeText(resourceName(policy))}${field === undefined ? '' : ` ${escapeText(field)}`})`
  return `${doubts[id]}${at}`
}

/**
 * A condition that does not hold, as a sentence without its subject: `wants a pod with app=web; it has app=api`.
 *
 * @param peer what the other end is called, escaped
 */
export function clauseText({ is, wanted: rawWanted, actual: rawActual }: Clause, peer: string): string {
  const wanted = escapeText(rawWanted)
  const actual = escapeText(rawActual)
  switch (is) {
    case 'subject':
      return `is for pods with ${wanted}; this one has ${actual}`
    case 'namespace':
      return `takes pods of ${wanted} only; ${peer} is in ${actual}`
    case 'namespaceSelector':
      return `wants a namespace with ${wanted}; that of ${peer} has ${actual}`
    case 'podSelector':
      return wanted === 'a pod'
        ? `wants a pod; ${peer} is ${actual}`
        : `wants ${wanted}; ${peer} has ${actual}`
    case 'ipBlock':
      return `wants an address in ${wanted}; ${peer} has ${actual}`
    case 'except':
      return `leaves out ${wanted.replace(/^not in /, '')}, and ${peer} is in it`
    case 'nodes':
      return `wants a node with ${wanted}; ${peer} is ${actual}`
    case 'domainNames':
      return `wants the domain names ${wanted}; ${peer} is ${actual}`
    case 'peers':
      return `admits ${wanted}`
    case 'protocol':
      return `opens ${wanted}; asked is ${actual}`
    case 'port':
      return /^\d/.test(wanted)
        ? `opens port ${wanted}; asked is ${actual}`
        : `opens ${wanted}; asked is ${actual}`
    case 'input':
      return `has ${actual}`
  }
}
