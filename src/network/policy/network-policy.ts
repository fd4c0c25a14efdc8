import type {
  IpBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicyRule,
} from '../../snapshot/kinds/network-policy.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { type Block, readBlock } from './block.ts'
import type { Doubt } from './doubt.ts'
import type { Direction, Peer, Policy, PortEntry, Rule } from './model.ts'
import { isPort, isPortName, ProblemList, readProtocol } from './problems.ts'

/**
 * A NetworkPolicy with the defaults of the API server filled in and everything wrong with it named.
 * Sources: pkg/apis/networking/v1/defaults.go and validation/validation.go (Kubernetes 1.36).
 */
export function readNetworkPolicy(object: NetworkPolicy): Policy {
  const { spec, metadata } = object
  const problems = new ProblemList(referenceTo(object))
  const subject = problems.selector(spec.podSelector, 'spec.podSelector')
  const unread = problems.unread(spec, 'spec')
  const types = policyTypes(object, problems)
  const rules: Partial<Record<Direction, readonly Rule[]>> = {}
  const policy: Policy = {
    object,
    reference: problems.reference,
    tier: 'network-policy',
    priority: 0,
    subject: {
      namespaces: { name: metadata.namespace ?? '' },
      pods: subject.selector,
      doubt: subject.doubt ?? unread ?? types.doubt,
    },
    rules,
    problems: problems.problems,
  }
  for (const direction of directions) {
    const all = (spec[direction] ?? []).map((rule, index) =>
      readRule(rule, index, direction, policy, problems),
    )
    if (unread !== undefined) rules[direction] = [...all, unreadRule(policy, direction, 'allow', unread)]
    else if (types.directions.has(direction)) rules[direction] = all
  }
  return policy
}

const directions = ['egress', 'ingress'] as const

/** Stands for what an unread part of `spec` may say: anything, in both directions. */
export function unreadRule(policy: Policy, direction: Direction, action: Rule['action'], doubt: Doubt): Rule {
  return { policy, direction, path: 'spec', action, peers: 'all', ports: 'all', doubt }
}

/** Ingress is always a default; Egress only with at least one egress rule. */
function policyTypes(
  { spec }: NetworkPolicy,
  problems: ProblemList,
): { readonly directions: ReadonlySet<Direction>; readonly doubt?: Policy['subject']['doubt'] } {
  const types = spec.policyTypes ?? []
  if (types.length === 0)
    return { directions: new Set((spec.egress ?? []).length > 0 ? ['ingress', 'egress'] : ['ingress']) }
  const known: Readonly<Record<string, Direction>> = { Ingress: 'ingress', Egress: 'egress' }
  const wrong = types.findIndex((type) => !Object.hasOwn(known, type))
  const isTooLong = types.length > Object.keys(known).length
  if (wrong === -1 && !isTooLong) return { directions: new Set(types.flatMap((type) => known[type] ?? [])) }
  const field = wrong === -1 ? 'spec.policyTypes' : `spec.policyTypes[${wrong}]`
  if (wrong === -1)
    problems.invalid('policy-types-invalid', field, types.join(','), 'must not have more than two items')
  else problems.invalid('policy-types-invalid', field, types[wrong], 'must be Ingress or Egress')
  return { directions: new Set(directions), doubt: problems.doubt('input-invalid', field) }
}

function readRule(
  rule: NetworkPolicyRule,
  index: number,
  direction: Direction,
  policy: Policy,
  problems: ProblemList,
): Rule {
  const path = `spec.${direction}[${index}]`
  const side = direction === 'ingress' ? 'from' : 'to'
  const peers = rule[side] ?? []
  const ports = rule.ports ?? []
  const namespace = policy.object.metadata.namespace ?? ''
  return {
    policy,
    direction,
    path,
    action: 'allow',
    peers:
      peers.length === 0
        ? 'all'
        : peers.map((peer, item) => readPeer(peer, `${path}.${side}[${item}]`, namespace, problems)),
    ports:
      ports.length === 0
        ? 'all'
        : ports.map((port, item) => readPort(port, `${path}.ports[${item}]`, problems)),
    doubt: problems.unread(rule, path),
  }
}

function readPeer(peer: NetworkPolicyPeer, path: string, namespace: string, problems: ProblemList): Peer {
  const { podSelector, namespaceSelector, ipBlock } = peer
  const unread = problems.unread(peer, path)
  if (unread !== undefined) return { is: 'doubt', path, doubt: unread }
  const hasSelector = podSelector !== undefined || namespaceSelector !== undefined
  if (ipBlock !== undefined && hasSelector) {
    problems.invalid('peer-with-two-kinds', path, '', 'has ipBlock and a selector; it matches nothing')
    return { is: 'nothing', path }
  }
  if (ipBlock !== undefined) return readIpBlock(ipBlock, `${path}.ipBlock`, problems)
  if (!hasSelector) {
    problems.invalid(
      'peer-empty',
      path,
      '',
      'must have podSelector, namespaceSelector or ipBlock; it matches nothing',
    )
    return { is: 'nothing', path }
  }
  const pods = problems.selector(podSelector, `${path}.podSelector`)
  const namespaces = problems.selector(namespaceSelector, `${path}.namespaceSelector`)
  const doubts = [pods.doubt, namespaces.doubt].filter((doubt) => doubt !== undefined)
  const unreadPart = doubts.find(({ id }) => id === 'unknown-field')
  if (unreadPart !== undefined) return { is: 'doubt', path, doubt: unreadPart }
  if (doubts.length > 0) return { is: 'nothing', path }
  return {
    is: 'pods',
    path,
    namespaces: namespaceSelector === undefined ? { name: namespace } : { selector: namespaces.selector },
    pods: pods.selector,
    fields: {
      namespaces: namespaceSelector === undefined ? undefined : 'namespaceSelector',
      pods: podSelector === undefined ? undefined : 'podSelector',
    },
  }
}

function readIpBlock(
  { cidr = '', except = [], ...rest }: IpBlock,
  path: string,
  problems: ProblemList,
): Peer {
  const unread = problems.unread(rest, path)
  if (unread !== undefined) return { is: 'doubt', path, doubt: unread }
  const block = namedBlock(cidr, `${path}.cidr`, problems)
  const holes = except.map((text, index) => ({
    path: `${path}.except[${index}]`,
    cidr: text,
    read: namedBlock(text, `${path}.except[${index}]`, problems),
  }))
  const parts = [block, ...holes.map(({ read }) => read)]
  if (block === 'invalid' || parts.includes('invalid')) return { is: 'nothing', path }
  if (block === 'ambiguous' || parts.includes('ambiguous'))
    return { is: 'doubt', path, doubt: problems.doubt('input-invalid', path) }
  const taken = holes.flatMap(({ read, ...hole }) =>
    typeof read === 'string' ? [] : [{ ...hole, block: read }],
  )
  for (const hole of taken) {
    const isInside =
      hole.block.bits === block.bits &&
      hole.block.first >= block.first &&
      hole.block.last <= block.last &&
      hole.block.last - hole.block.first < block.last - block.first
    if (!isInside)
      problems.invalid('except-outside-cidr', hole.path, hole.cidr, `must lie inside ${cidr} and be smaller`)
  }
  return { is: 'block', path, cidr, block, except: taken }
}

/** The addresses of a CIDR; says when it is wrong, unclear or not canonical. */
export function namedBlock(
  cidr: string,
  path: string,
  problems: ProblemList,
): Block | 'invalid' | 'ambiguous' {
  const read = readBlock(cidr)
  if (read.is === 'invalid')
    problems.invalid('cidr-invalid', path, cidr, 'is not a CIDR; the peer matches nothing')
  if (read.is === 'ambiguous')
    problems.note('cidr-ambiguous', path, cidr, 'is read differently by different network plugins')
  if (read.is !== 'block') return read.is
  if (!read.canonical)
    problems.note(
      'cidr-not-canonical',
      path,
      cidr,
      `has bits set after the prefix; it is read as the whole /${read.prefix}`,
    )
  return read.block
}

function readPort(entry: NetworkPolicyPort, path: string, problems: ProblemList): PortEntry {
  const unread = problems.unread(entry, path)
  if (unread !== undefined) return { is: 'doubt', path, doubt: unread }
  const nothing: PortEntry = { is: 'nothing', path }
  const protocol = readProtocol(entry.protocol)
  const { port, endPort } = entry
  if (protocol === undefined) {
    problems.invalid('protocol-invalid', `${path}.protocol`, entry.protocol, 'must be TCP, UDP or SCTP')
    return nothing
  }
  if (typeof port === 'string') return readNamedPort(port, entry, path, protocol, problems)
  if (port === undefined && endPort === undefined)
    return { is: 'numbers', path, protocol, from: 1, to: 65535, isEndPort: false }
  if (!isPort(port)) {
    const missing = port === undefined ? 'endPort needs a numeric port' : 'must be between 1 and 65535'
    problems.invalid(port === undefined ? 'end-port-invalid' : 'port-invalid', `${path}.port`, port, missing)
    return nothing
  }
  if (endPort !== undefined && (!isPort(endPort) || endPort < port)) {
    problems.invalid(
      'end-port-invalid',
      `${path}.endPort`,
      endPort,
      `must be between port (${port}) and 65535`,
    )
    return nothing
  }
  return { is: 'numbers', path, protocol, from: port, to: endPort ?? port, isEndPort: endPort !== undefined }
}

function readNamedPort(
  name: string,
  { endPort }: NetworkPolicyPort,
  path: string,
  protocol: 'TCP' | 'UDP' | 'SCTP',
  problems: ProblemList,
): PortEntry {
  if (endPort !== undefined) {
    problems.invalid('end-port-invalid', `${path}.endPort`, endPort, 'needs a numeric port')
    return { is: 'nothing', path }
  }
  if (isPortName(name)) return { is: 'name', path, protocol, name }
  const id = /^\d+$/.test(name) ? 'port-number-as-string' : 'port-invalid'
  problems.invalid(
    id,
    `${path}.port`,
    name,
    id === 'port-invalid' ? 'is not a port name' : 'is a number in quotes',
  )
  return { is: 'nothing', path }
}
