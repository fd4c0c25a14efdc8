import {
  get,
  isInCidr,
  isSet,
  items,
  type Json,
  labelsOf,
  nameOf,
  namespaceOf,
  selects,
  text,
} from './objects.ts'
import {
  type Answer,
  declaredPort,
  isHost,
  namespaceLabels,
  nodesAt,
  ofKind,
  type Question,
} from './question.ts'

const adminKinds = ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy']

/** One tier of cluster-wide policies: the first rule that matches acts. */
export function searchTier(
  question: Question,
  pod: Json,
  tier: 'Admin' | 'Baseline',
): Answer | 'pass' | 'none' {
  const first = question.objects.some((object) => adminKinds.includes(text(object['kind'])))
  const second = ofKind(question, 'ClusterNetworkPolicy').length > 0
  // With both generations in a cluster it is not said which of them is in force.
  const isFirst = first && (!second || question.choose('generation', 2) === 0)
  const policies = isFirst
    ? ofKind(question, tier === 'Admin' ? 'AdminNetworkPolicy' : 'BaselineAdminNetworkPolicy')
    : ofKind(question, 'ClusterNetworkPolicy').filter((policy) => get(policy, 'spec', 'tier') === tier)
  const priorities = new Set(policies.map((policy) => Number(get(policy, 'spec', 'priority') ?? 0)))
  for (const priority of [...priorities].sort((a, b) => a - b)) {
    const equal = policies.filter((policy) => Number(get(policy, 'spec', 'priority') ?? 0) === priority)
    // Of equal ones any may come first.
    const start = equal.length === 1 ? 0 : question.choose(`first of ${tier} ${priority}`, equal.length)
    for (const policy of [...equal.slice(start), ...equal.slice(0, start)]) {
      const action = searchPolicy(question, policy, pod)
      if (action !== 'none') return action
    }
  }
  return 'none'
}

function searchPolicy(question: Question, policy: Json, pod: Json): Answer | 'pass' | 'none' {
  if (isHost(pod) || !podsOrNamespaces(question, get(policy, 'spec', 'subject'), pod)) return 'none'
  for (const [index, rule] of items(get(policy, 'spec', question.direction)).entries()) {
    const at = `${nameOf(policy)} ${index}`
    const peers = items(rule[question.direction === 'ingress' ? 'from' : 'to'])
    if (!peers.some((peer) => adminPeer(question, peer))) continue
    if (!adminPorts(question, policy, rule, at)) continue
    if (rule['action'] === 'Deny') return 'deny'
    return rule['action'] === 'Pass' ? 'pass' : 'allow'
  }
  return 'none'
}

function podsOrNamespaces(question: Question, item: unknown, pod: Json): boolean {
  const labels = namespaceLabels(question, namespaceOf(pod))
  if (isSet(get(item, 'namespaces'))) return selects(get(item, 'namespaces'), labels)
  return (
    isSet(get(item, 'pods')) &&
    selects(get(item, 'pods', 'namespaceSelector'), labels) &&
    selects(get(item, 'pods', 'podSelector'), labelsOf(pod))
  )
}

function adminPeer(question: Question, item: Json): boolean {
  const { peer, peerAddress } = question
  if (isSet(item['networks']))
    return (
      peerAddress !== undefined && items(item['networks']).some((cidr) => isInCidr(peerAddress, text(cidr)))
    )
  if (isSet(item['nodes'])) {
    if (peer.kind === 'node') return selects(item['nodes'], labelsOf(peer.node))
    if (peer.kind === 'pod' && !isHost(peer.pod)) return false
    return nodesAt(question, peerAddress).some((node) => selects(item['nodes'], labelsOf(node)))
  }
  return peer.kind === 'pod' && !isHost(peer.pod) && podsOrNamespaces(question, item, peer.pod)
}

function adminPorts(question: Question, policy: Json, rule: Json, at: string): boolean {
  const { protocol, port } = question
  if (policy['kind'] === 'ClusterNetworkPolicy') {
    const protocols = items(rule['protocols'])
    if (protocols.length === 0) return true
    return protocols.some((item, index) => {
      if (isSet(item['destinationNamedPort']))
        return adminNamedPort(question, item['destinationNamedPort'], `${at} ${index}`)
      const entry = item[protocol.toLowerCase()]
      if (!isSet(entry)) return false
      const wanted = get(entry, 'destinationPort')
      if (!isSet(wanted)) return true
      const number = get(wanted, 'number')
      if (isSet(number)) return number === port
      return port >= Number(get(wanted, 'range', 'start')) && port <= Number(get(wanted, 'range', 'end'))
    })
  }
  const ports = items(rule['ports'])
  // Of protocols without ports v1alpha1 says nothing.
  if (ports.length === 0) return protocol !== 'ICMP' || question.choose(`icmp ${at}`, 2) === 1
  return ports.some((item, index) => {
    if (isSet(item['namedPort'])) return adminNamedPort(question, item['namedPort'], `${at} ${index}`)
    const single = item['portNumber']
    if (isSet(single)) return (get(single, 'protocol') ?? 'TCP') === protocol && get(single, 'port') === port
    const range = item['portRange']
    if ((get(range, 'protocol') ?? 'TCP') !== protocol) return false
    return port >= Number(get(range, 'start')) && port <= Number(get(range, 'end'))
  })
}

/** It matches with the protocol that the pod declares; a host-network pod has no ports of its own. */
function adminNamedPort(question: Question, name: unknown, at: string): boolean {
  const { destination } = question
  return destination !== undefined && !isHost(destination) && declaredPort(question, text(name), at)
}
