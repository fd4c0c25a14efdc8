import type { AdminNetworkPolicy, AdminPeer } from '../../snapshot/kinds/admin-network-policy.ts'
import type { ClusterNetworkPolicy } from '../../snapshot/kinds/cluster-network-policy.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { readAdminPeer } from './admin-peer.ts'
import { readAdminPorts } from './admin-port.ts'
import type { Doubt } from './doubt.ts'
import type { Action, Direction, Peer, Policy, PortEntry, Rule, Tier } from './model.ts'
import { unreadRule } from './network-policy.ts'
import { ProblemList } from './problems.ts'

type AdminObject = AdminNetworkPolicy | ClusterNetworkPolicy
type WrittenRule = NonNullable<AdminObject['spec']['ingress']>[number]

/**
 * A cluster-wide policy of either generation. Sources: network-policy-api 0eec1b0, apis/v1alpha1 and apis/v1alpha2.
 * A policy that the API server would refuse can match perhaps, and decide anything: it comes before all others.
 */
export function readAdminPolicy(object: AdminObject): Policy {
  const problems = new ProblemList(referenceTo(object))
  const { tier, doubt: tierDoubt } = readTier(object, problems)
  const priorityDoubt = checkPriority(object, problems)
  const subject = readSubject(object.spec.subject, problems)
  const unread = problems.unread(object.spec, 'spec')
  const broken = unread ?? tierDoubt ?? priorityDoubt
  const rules: Partial<Record<Direction, readonly Rule[]>> = {}
  const policy: Policy = {
    object,
    reference: problems.reference,
    tier,
    priority: broken === undefined ? (object.spec.priority ?? 0) : -1,
    subject: { ...subject, doubt: subject.doubt ?? broken },
    rules,
    problems: problems.problems,
  }
  for (const direction of ['egress', 'ingress'] as const) {
    const all = (object.spec[direction] ?? []).map((rule, index) =>
      readRule(rule, index, direction, policy, problems, broken !== undefined),
    )
    // A policy without rules in a direction does not affect it.
    if (unread !== undefined) rules[direction] = [...all, unreadRule(policy, direction, undefined, unread)]
    else if (all.length > 0) rules[direction] = all
  }
  return policy
}

function readTier(
  object: AdminObject,
  problems: ProblemList,
): { readonly tier: Tier; readonly doubt?: Doubt } {
  if (object.kind === 'AdminNetworkPolicy') return { tier: 'admin' }
  if (object.kind === 'BaselineAdminNetworkPolicy') {
    if (object.metadata.name === 'default') return { tier: 'baseline' }
    problems.invalid(
      'baseline-name',
      'metadata.name',
      object.metadata.name,
      'must be default: there is only one',
    )
    return { tier: 'baseline', doubt: problems.doubt('input-invalid', 'metadata.name') }
  }
  const written = object.kind === 'ClusterNetworkPolicy' ? object.spec.tier : undefined
  if (written === 'Admin') return { tier: 'admin' }
  if (written === 'Baseline') return { tier: 'baseline' }
  problems.invalid('tier-invalid', 'spec.tier', written, 'must be Admin or Baseline')
  return { tier: 'admin', doubt: problems.doubt('input-invalid', 'spec.tier') }
}

function checkPriority({ kind, spec }: AdminObject, problems: ProblemList): Doubt | undefined {
  const { priority } = spec
  if (kind === 'BaselineAdminNetworkPolicy') return undefined
  if (priority !== undefined && priority >= 0 && priority <= 1000) return undefined
  problems.invalid('priority-invalid', 'spec.priority', priority, 'must be between 0 and 1000')
  return problems.doubt('input-invalid', 'spec.priority')
}

function readSubject(subject: AdminPeer | undefined, problems: ProblemList): Policy['subject'] {
  const path = 'spec.subject'
  const peer = readAdminPeer(subject ?? {}, path, 'subject', problems).at(0)
  if (peer?.is === 'pods') return { namespaces: peer.namespaces, pods: peer.pods }
  const all = problems.selector(undefined, path).selector
  if (peer?.is === 'doubt') return { namespaces: { selector: all }, pods: all, doubt: peer.doubt }
  problems.invalid('subject-invalid', path, '', 'must have exactly one of namespaces and pods')
  return { namespaces: { selector: all }, pods: all, doubt: problems.doubt('input-invalid', path) }
}

const actions: Readonly<Record<string, Action>> = {
  Allow: 'allow',
  Accept: 'allow',
  Deny: 'deny',
  Pass: 'pass',
}

function readAction(written: string, { object, tier }: Policy): Action {
  const word = object.kind === 'ClusterNetworkPolicy' ? 'Accept' : 'Allow'
  const known = [
    word,
    'Deny',
    ...(object.kind === 'ClusterNetworkPolicy' || tier === 'admin' ? ['Pass'] : []),
  ]
  return known.includes(written) ? actions[written] : undefined
}

function readRule(
  rule: WrittenRule,
  index: number,
  direction: Direction,
  policy: Policy,
  problems: ProblemList,
  isBroken: boolean,
): Rule {
  const path = `spec.${direction}[${index}]`
  const side = direction === 'ingress' ? 'from' : 'to'
  const action = readAction(rule.action ?? '', policy)
  if (action === undefined)
    problems.invalid('action-invalid', `${path}.action`, rule.action, 'is not an action of this kind')
  const items = rule[side] ?? []
  const peers = items.flatMap((peer, item) =>
    readAdminPeer(peer, `${path}.${side}[${item}]`, direction, problems),
  )
  if (items.length === 0)
    problems.invalid('peers-missing', `${path}.${side}`, '', 'must have at least one item')
  const ports = readAdminPorts(rule, path, problems)
  const doubt =
    problems.unread(rule, path) ??
    (items.length === 0 ? problems.doubt('input-invalid', `${path}.${side}`) : undefined) ??
    checkNamedPorts(peers, ports, path, problems) ??
    checkDomainNames(peers, action, path, problems)
  const read: Rule = {
    policy,
    direction,
    path,
    name: rule.name,
    action: isBroken ? undefined : action,
    peers: items.length === 0 ? 'all' : peers,
    ports,
    doubt,
  }
  return hasUnknownPeer(items, peers) ? failClosed(read, peers, ports) : read
}

/** Addresses have no port names: newer servers refuse the combination, and older ones leave it open. */
function checkNamedPorts(
  peers: readonly Peer[],
  ports: 'all' | readonly PortEntry[],
  path: string,
  problems: ProblemList,
): Doubt | undefined {
  if (ports === 'all' || !ports.some(({ is }) => is === 'name')) return undefined
  if (!peers.some(({ is }) => is === 'block' || is === 'nodes' || is === 'domain-names')) return undefined
  problems.invalid('named-port-without-pods', path, '', 'has a named port and peers that are no pods')
  return problems.doubt('input-invalid', path)
}

function checkDomainNames(
  peers: readonly Peer[],
  action: Action,
  path: string,
  problems: ProblemList,
): Doubt | undefined {
  if (action === 'allow' || !peers.some(({ is }) => is === 'domain-names')) return undefined
  problems.invalid(
    'domain-names-not-accepted',
    path,
    '',
    'has domainNames, which only accepting rules may have',
  )
  return problems.doubt('input-invalid', path)
}

/** A peer in which no field is known was written for a newer version of the API. */
function hasUnknownPeer(items: readonly AdminPeer[], peers: readonly Peer[]): boolean {
  return peers.some((peer) => peer.is === 'nothing') && items.length > 0
}

/** T49: an Accept rule matches nothing; a Deny or Pass rule acts as Deny for everything. */
function failClosed(rule: Rule, peers: readonly Peer[], ports: 'all' | readonly PortEntry[]): Rule {
  if (rule.action === 'deny' || rule.action === 'pass')
    return { ...rule, action: 'deny', peers: 'all', ports: 'all' }
  if (rule.action === undefined) return rule
  return { ...rule, peers: peers.filter((peer) => peer.is === 'nothing'), ports }
}
