import type { AdminPeer, NamespacedPods } from '../../snapshot/kinds/admin-network-policy.ts'
import type { PolicySelector } from '../../snapshot/kinds/policy-selector.ts'
import type { Direction, Peer } from './model.ts'
import { namedBlock } from './network-policy.ts'
import type { ProblemList } from './problems.ts'

/**
 * A peer or subject of a cluster-wide policy; `networks` become one peer each. A peer without a known field is
 * `nothing`: the rule then fails closed. What is known but cannot be evaluated is a doubt.
 */
export function readAdminPeer(
  peer: AdminPeer,
  path: string,
  place: Direction | 'subject',
  problems: ProblemList,
): readonly Peer[] {
  const { namespaces, pods, nodes, networks, domainNames, ...rest } = peer
  const set = [namespaces, pods, nodes, networks, domainNames].filter((field) => field !== undefined)
  const unread = problems.unread(rest, path)
  if (set.length === 0 || unread !== undefined) {
    if (unread === undefined) problems.invalid('peer-empty', path, '', 'must have exactly one field')
    return [{ is: 'nothing', path }]
  }
  if (set.length > 1) {
    problems.invalid('peer-with-two-kinds', path, '', 'must have exactly one field')
    return [{ is: 'doubt', path, doubt: problems.doubt('input-invalid', path) }]
  }
  if (place !== 'egress' && namespaces === undefined && pods === undefined) {
    problems.invalid(
      'unknown-field',
      path,
      '',
      `nodes, networks and domainNames are no fields of ${place} peers`,
    )
    return [{ is: 'nothing', path }]
  }
  if (namespaces !== undefined)
    return [
      podsPeer({ namespaceSelector: namespaces, podSelector: everything }, path, 'namespaces', problems),
    ]
  if (pods !== undefined) return [podsPeer(pods, path, 'pods', problems)]
  const listed = networks ?? domainNames ?? []
  if (nodes === undefined && listed.length === 0) {
    const field = networks === undefined ? 'domainNames' : 'networks'
    problems.invalid('networks-missing', `${path}.${field}`, '', 'must have at least one item')
    return [{ is: 'doubt', path, doubt: problems.doubt('input-invalid', path) }]
  }
  if (nodes !== undefined) return [nodesPeer(nodes, path, problems)]
  if (networks !== undefined)
    return networks.map((cidr, index) => network(cidr, `${path}.networks[${index}]`, problems))
  return [{ is: 'domain-names', path: `${path}.domainNames`, names: domainNames ?? [] }]
}

const everything: PolicySelector = { matchLabels: {}, matchExpressions: [] }

function podsPeer(
  { namespaceSelector, podSelector, ...rest }: NamespacedPods,
  path: string,
  field: 'namespaces' | 'pods',
  problems: ProblemList,
): Peer {
  const fields =
    field === 'namespaces'
      ? { namespaces: 'namespaces' }
      : { namespaces: 'pods.namespaceSelector', pods: 'pods.podSelector' }
  const unread = problems.unread(rest, `${path}.pods`)
  if (podSelector === undefined && unread === undefined)
    problems.invalid(
      'selector-missing',
      `${path}.pods.podSelector`,
      '',
      'is required; it is read as every pod',
    )
  const namespaces = problems.selector(namespaceSelector, `${path}.${fields.namespaces}`)
  const pods = problems.selector(podSelector, `${path}.pods.podSelector`)
  const doubt = unread ?? namespaces.doubt ?? pods.doubt
  if (doubt !== undefined) return { is: 'doubt', path, doubt }
  return { is: 'pods', path, namespaces: { selector: namespaces.selector }, pods: pods.selector, fields }
}

function nodesPeer(nodes: PolicySelector, path: string, problems: ProblemList): Peer {
  const { selector, doubt } = problems.selector(nodes, `${path}.nodes`)
  return doubt === undefined
    ? { is: 'nodes', path: `${path}.nodes`, nodes: selector }
    : { is: 'doubt', path, doubt }
}

function network(cidr: string, path: string, problems: ProblemList): Peer {
  const block = namedBlock(cidr, path, problems)
  if (typeof block === 'string') return { is: 'doubt', path, doubt: problems.doubt('input-invalid', path) }
  return { is: 'block', path, cidr, block, except: [] }
}
