import { inBlock } from './block.ts'
import { both, type Doubt, either, type Match, maybe, no, yes } from './doubt.ts'
import { isHostNetwork, type NamespaceFacts, nameLabel, type Party } from './endpoint.ts'
import type { NamespaceScope, Peer, Policy, PortEntry, Protocol, Rule } from './model.ts'
import type { Policies } from './policies.ts'
import { meets, type Selector, selects } from './selector.ts'

/** What a rule's ports are compared with: always the port on the destination pod. */
export interface Target {
  readonly protocol: Protocol | 'ICMP'
  readonly port: number
  readonly destination: Party
}

/** Whether a namespace is in scope; labels that were not read make it a doubt. */
export function matchNamespace(scope: NamespaceScope, namespace: NamespaceFacts): Match {
  if ('name' in scope) return scope.name === namespace.name ? yes : no
  if (namespace.isKnown) return selects(scope.selector, namespace.labels) ? yes : no
  const known = scope.selector.requirements.filter(({ key }) => key === nameLabel)
  if (!known.every((requirement) => meets(namespace.labels, requirement))) return no
  return known.length === scope.selector.requirements.length ? yes : maybe(namespaceDoubt(namespace))
}

function namespaceDoubt({ gaps }: NamespaceFacts): Doubt {
  return gaps.length > 0 ? { id: 'namespace-not-read', gaps } : { id: 'namespace-labels-not-known' }
}

/** Whether a policy's subject holds a pod. Only pods are subjects; of host-network pods see T35. */
export function matchSubject(policy: Policy, { pod, namespace }: Party, policies: Policies): Match {
  if (pod === undefined || namespace === undefined) return no
  const { subject, tier } = policy
  if (isHostNetwork(pod) && tier !== 'network-policy') return no
  const scope = matchNamespace(subject.namespaces, namespace)
  if (scope.is === 'no') return no
  const isSelected = subject.pods.faults.length > 0 || selects(subject.pods, pod.metadata.labels)
  const matched = both(scope, isSelected ? yes : no)
  const certain = subject.doubt === undefined ? matched : both(matched, maybe(subject.doubt))
  return isHostNetwork(pod) ? both(certain, hostNetwork(policies)) : certain
}

/** T35 for NetworkPolicy: undefined, unless the plugin is known. */
function hostNetwork({ profile }: Policies): Match {
  const { policyOnHostNetworkPods } = profile
  if (policyOnHostNetworkPods === 'undefined') return maybe({ id: 'host-network' })
  return { is: policyOnHostNetworkPods, doubts: [], caveats: ['host-network'] }
}

/** Whether one rule matches a peer and a port. */
export function matchRule(rule: Rule, peer: Party, target: Target, policies: Policies): Match {
  const { peers, doubt } = rule
  const whom = peers === 'all' ? yes : either(lazily(peers, (item) => matchPeer(item, peer, rule, policies)))
  if (whom === no) return no
  const what = both(whom, matchPorts(rule, target, policies))
  return doubt === undefined || what.is === 'no' ? what : both(what, maybe(doubt))
}

function* lazily<T>(items: readonly T[], match: (item: T) => Match): Iterable<Match> {
  for (const item of items) yield match(item)
}

/** Whether one item of a peer list matches. */
export function matchPeer(item: Peer, party: Party, rule: Rule, policies: Policies): Match {
  switch (item.is) {
    case 'pods':
      return matchPods(item.namespaces, item.pods, party, rule, policies)
    case 'block':
      return matchBlock(item, party, rule, policies)
    case 'nodes':
      return matchNodes(item.nodes, party, policies)
    case 'domain-names':
      return maybe({ id: 'domain-names', policy: rule.policy.reference, field: item.path })
    case 'nothing':
      return no
    case 'doubt':
      return maybe(item.doubt)
  }
}

function matchPods(
  scope: NamespaceScope,
  pods: Selector,
  { pod, namespace }: Party,
  rule: Rule,
  policies: Policies,
): Match {
  if (pod === undefined || namespace === undefined) return no
  if (!selects(pods, pod.metadata.labels)) return no
  const matched = matchNamespace(scope, namespace)
  if (!isHostNetwork(pod)) return matched
  // ANP and CNP define it: never matched by pod and namespace peers.
  return rule.policy.tier === 'network-policy' ? both(matched, hostNetwork(policies)) : no
}

function matchBlock(
  { block, except, path }: Extract<Peer, { is: 'block' }>,
  party: Party,
  { policy }: Rule,
  policies: Policies,
): Match {
  const { pod, address } = party
  const { profile } = policies
  const isPod = pod !== undefined && !isHostNetwork(pod)
  if (address === undefined) {
    if (pod?.status.phase !== undefined) return { ...no, caveats: ['no-ip-yet'] }
    return maybe({ id: 'address-not-known', policy: policy.reference, field: path })
  }
  if (!inBlock(address, block) || except.some((hole) => inBlock(address, hole.block))) return no
  if (policy.tier !== 'network-policy') return yes
  if (!isPod) return isNode(party, policies) ? maybe({ id: 'ipblock-on-node' }) : yes
  return { is: profile.cidrMatchesPods ? 'yes' : 'no', doubts: [], caveats: ['ipblock-on-pod'] }
}

/** Whether an address is that of a node, where the plugin may not compare such addresses with blocks. */
function isNode({ endpoint, pod, addressText }: Party, policies: Policies): boolean {
  if (policies.profile.cidrMatchesNodes) return false
  return (
    endpoint.kind === 'node' || pod !== undefined || policies.nodesWith(addressText ?? '').nodes.length > 0
  )
}

/** T48: the addresses in `status.addresses` of the selected nodes. */
function matchNodes(selector: Selector, { addressText, pod, endpoint }: Party, policies: Policies): Match {
  if (endpoint.kind === 'node') return selects(selector, endpoint.node.metadata.labels) ? yes : no
  if (pod !== undefined && !isHostNetwork(pod)) return no
  if (addressText === undefined) return maybe({ id: 'address-not-known' })
  const { nodes, gaps } = policies.nodesWith(addressText)
  if (nodes.some((node) => selects(selector, node.metadata.labels))) return yes
  return nodes.length === 0 && gaps.length > 0 ? maybe({ id: 'nodes-not-read', gaps }) : no
}

/** Whether one of the ports of a rule matches, whoever the peer is. */
export function matchPorts({ policy, ports }: Rule, target: Target, policies: Policies): Match {
  if (ports !== 'all') return either(lazily(ports, (entry) => matchPort(entry, policy, target, policies)))
  if (target.protocol !== 'ICMP' || policy.object.kind === 'ClusterNetworkPolicy') return yes
  return maybe({ id: 'protocol-not-covered' })
}

/** Whether one item of a port list matches. */
export function matchPort(entry: PortEntry, policy: Policy, target: Target, policies: Policies): Match {
  switch (entry.is) {
    case 'numbers': {
      if (entry.protocol !== target.protocol || target.port < entry.from || target.port > entry.to) return no
      if (!entry.isEndPort || policies.profile.endPortHonoured || target.port === entry.from) return yes
      return { ...no, caveats: ['end-port-ignored'] }
    }
    case 'name':
      return matchName(entry.name, entry.protocol, policy, target, policies)
    case 'nothing':
      return no
    case 'doubt':
      return maybe(entry.doubt)
  }
}

/** T23, T25: a container port with that name and protocol on the destination pod. */
function matchName(
  name: string,
  wanted: Protocol | undefined,
  policy: Policy,
  { protocol, port, destination }: Target,
  policies: Policies,
): Match {
  const { pod } = destination
  if (pod === undefined || (wanted ?? protocol) !== protocol) return no
  const declares = (
    containers: readonly { readonly ports: (typeof pod.spec.containers)[number]['ports'] }[],
  ) =>
    containers.some(({ ports }) =>
      ports.some(
        (item) => item.name === name && item.containerPort === port && (item.protocol ?? 'TCP') === protocol,
      ),
    )
  const isMain = declares(pod.spec.containers)
  if (!isMain && !declares(pod.spec.initContainers)) return no
  // It looks at the other containers only.
  if (!isMain && policy.tier === 'network-policy' && policies.profile.rulesAre !== 'as-written')
    return { ...no, caveats: ['init-container-port'] }
  const declared = isMain ? yes : maybe({ id: 'init-container-port' })
  if (!isHostNetwork(pod)) return declared
  return policy.tier === 'network-policy' ? both(declared, hostNetwork(policies)) : no
}
