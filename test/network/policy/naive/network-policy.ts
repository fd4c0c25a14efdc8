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

/** The NetworkPolicies that select a pod: what one of their rules matches is allowed. */
export function networkPolicies(question: Question, pod: Json, isItself: boolean): Answer | 'none' {
  const { direction, choose, protocol } = question
  const own = fromOwnNode(question, pod)
  if (own && direction === 'ingress') return 'allow'
  const selecting = ofKind(question, 'NetworkPolicy').filter(
    (policy) =>
      namespaceOf(policy) === namespaceOf(pod) &&
      typesOf(policy).includes(direction === 'ingress' ? 'Ingress' : 'Egress') &&
      selects(get(policy, 'spec', 'podSelector'), labelsOf(pod)) &&
      (!isHost(pod) || choose(`subject ${nameOf(policy)}`, 2) === 1),
  )
  if (selecting.length === 0) return 'none'
  const isAllowed =
    protocol === 'ICMP'
      ? choose('icmp', 2) === 1
      : selecting.some((policy) =>
          items(get(policy, 'spec', direction)).some((rule, index) =>
            networkPolicyRule(question, policy, rule, `${nameOf(policy)} ${index}`),
          ),
        )
  if (isAllowed) return 'allow'
  // The concept page exempts what goes to the own node, the API reference does not mention it.
  if (own && choose('egress to the own node', 2) === 1) return 'allow'
  if (isItself && choose('itself through a Service', 2) === 1) return 'allow'
  return 'deny'
}

function typesOf(policy: Json): readonly string[] {
  const written = get(policy, 'spec', 'policyTypes')
  if (Array.isArray(written) && written.length > 0) return written as readonly string[]
  return items(get(policy, 'spec', 'egress')).length > 0 ? ['Ingress', 'Egress'] : ['Ingress']
}

function networkPolicyRule(question: Question, policy: Json, rule: Json, at: string): boolean {
  const peers = items(rule[question.direction === 'ingress' ? 'from' : 'to'])
  const ports = items(rule['ports'])
  const isPeer =
    peers.length === 0 ||
    peers.some((peer, i) => networkPolicyPeer(question, policy, peer, `${at} peer ${i}`))
  const isPort =
    ports.length === 0 || ports.some((port, i) => networkPolicyPort(question, port, `${at} port ${i}`))
  return isPeer && isPort
}

function networkPolicyPeer(question: Question, policy: Json, item: Json, at: string): boolean {
  const { peer, peerAddress } = question
  const block = item['ipBlock']
  if (isSet(block)) {
    if (peerAddress === undefined || !isInCidr(peerAddress, text(get(block, 'cidr')))) return false
    return !items(get(block, 'except')).some((hole) => isInCidr(peerAddress, text(hole)))
  }
  if (peer.kind !== 'pod') return false
  const namespace = namespaceOf(peer.pod)
  const isInNamespace = isSet(item['namespaceSelector'])
    ? selects(item['namespaceSelector'], namespaceLabels(question, namespace))
    : namespace === namespaceOf(policy)
  if (!isInNamespace || !selects(item['podSelector'], labelsOf(peer.pod))) return false
  return !isHost(peer.pod) || question.choose(`peer ${at}`, 2) === 1
}

function networkPolicyPort(question: Question, item: Json, at: string): boolean {
  const { protocol = 'TCP', port, endPort } = item as { protocol?: string; port?: unknown; endPort?: number }
  if ((protocol ?? 'TCP') !== question.protocol) return false
  if (!isSet(port)) return true
  if (typeof port === 'number') return question.port >= port && question.port <= (endPort ?? port)
  const declared = declaredPort(question, text(port), at)
  if (!declared || question.destination === undefined) return false
  return !isHost(question.destination) || question.choose(`named on host ${at}`, 2) === 1
}

function fromOwnNode(question: Question, pod: Json): boolean {
  const { peer, peerAddress, choose } = question
  const node = get(pod, 'spec', 'nodeName')
  if (isHost(pod) || !isSet(node)) return false
  if (peer.kind === 'node') return nameOf(peer.node) === node
  if (peer.kind === 'outside') return nodesAt(question, peerAddress).some((found) => nameOf(found) === node)
  if (!isHost(peer.pod) || get(peer.pod, 'spec', 'nodeName') !== node) return false
  return choose('a host-network pod is its node', 2) === 1
}
