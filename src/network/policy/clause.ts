import type { TextMap } from '../../snapshot/kinds/json.ts'
import { inBlock } from './block.ts'
import { isHostNetwork, nameLabel, type Party } from './endpoint.ts'
import { matchPeer, matchPort, type Target } from './match.ts'
import type { NamespaceScope, Peer, PortEntry, Rule } from './model.ts'
import type { Policies } from './policies.ts'
import { meets, type Requirement, type Selector } from './selector.ts'

/** One condition of a rule, compared with what a flow has. */
export interface Clause {
  /** What kind of condition: subject, namespaceSelector, podSelector, ipBlock, except, nodes, protocol, port, ... */
  readonly is:
    | 'subject'
    | 'peers'
    | 'namespace'
    | 'namespaceSelector'
    | 'podSelector'
    | 'ipBlock'
    | 'except'
    | 'nodes'
    | 'domainNames'
    | 'protocol'
    | 'port'
    | 'input'
  /** From the object: `spec.ingress[0].from[0].podSelector.matchLabels.app`. */
  readonly field: string
  /** As written, in one line. Untrusted text. */
  readonly wanted: string
  readonly actual: string
  /** Absent when it cannot be said. */
  readonly ok?: boolean | undefined
}

/** `app=web`, `app in (web, api)`, `!app`: one requirement as kubectl writes selectors. */
export function requirementText({ key, operator, values }: Requirement): string {
  switch (operator) {
    case 'In':
      return values.length === 1 ? `${key}=${values[0] ?? ''}` : `${key} in (${values.join(', ')})`
    case 'NotIn':
      return values.length === 1 ? `${key}!=${values[0] ?? ''}` : `${key} notin (${values.join(', ')})`
    case 'Exists':
      return key
    case 'DoesNotExist':
      return `!${key}`
  }
}

/** A selector in one line; `undefined` when it selects everything. */
export function selectorText({ requirements }: Selector): string | undefined {
  return requirements.length === 0 ? undefined : requirements.map(requirementText).join(',')
}

/** `matchLabels.app`, `matchLabels["app.kubernetes.io/name"]`: keys with dots are quoted, as in other field paths. */
function requirementField({ field, key }: Requirement): string {
  return field.startsWith('matchLabels.') && !/^[\w-]+$/.test(key)
    ? `matchLabels[${JSON.stringify(key)}]`
    : field
}

function labelOf(labels: TextMap, key: string): string {
  const value = labels[key]
  return value === undefined ? `no label ${key}` : `${key}=${value}`
}

/** One clause for each requirement; a single one that holds where there is none. */
export function selectorClauses(
  is: Clause['is'],
  field: string,
  selector: Selector,
  labels: TextMap,
  any: string,
): readonly Clause[] {
  if (selector.requirements.length === 0) return [{ is, field, wanted: any, actual: any, ok: true }]
  return selector.requirements.map((requirement) => ({
    is,
    field: `${field}.${requirementField(requirement)}`,
    wanted: requirementText(requirement),
    actual: labelOf(labels, requirement.key),
    ok: meets(labels, requirement),
  }))
}

/** What a party is called in a clause that wants something else: its address, or what it is. */
export function partyText({ pod, addressText, endpoint }: Party): string {
  if (isHostNetwork(pod)) return `a host-network pod (${addressText ?? 'no address yet'})`
  if (pod !== undefined) return addressText ?? 'no address yet'
  return endpoint.kind === 'node'
    ? `Node ${endpoint.node.metadata.name} (${addressText ?? 'no address'})`
    : `${addressText ?? 'an unknown address'}, no pod`
}

/** The conditions of one item of a peer list, compared with a party. */
export function peerClauses(peer: Peer, party: Party, rule: Rule, policies: Policies): readonly Clause[] {
  switch (peer.is) {
    case 'pods':
      return podsClauses(peer, party, rule, policies)
    case 'block':
      return blockClauses(peer, party, rule, policies)
    case 'nodes':
      return [
        {
          is: 'nodes',
          field: peer.path,
          wanted: selectorText(peer.nodes) ?? 'any node',
          actual: partyText(party),
          ok: okOf(peer, party, rule, policies),
        },
      ]
    case 'domain-names':
      return [
        { is: 'domainNames', field: peer.path, wanted: peer.names.join(', '), actual: partyText(party) },
      ]
    case 'nothing':
      return [{ is: 'input', field: peer.path, wanted: 'a valid peer', actual: 'an invalid peer', ok: false }]
    case 'doubt':
      return [{ is: 'input', field: peer.path, wanted: 'a valid peer', actual: 'a peer that cannot be read' }]
  }
}

function okOf(peer: Peer, party: Party, rule: Rule, policies: Policies): boolean | undefined {
  const { is } = matchPeer(peer, party, rule, policies)
  return is === 'maybe' ? undefined : is === 'yes'
}

function podsClauses(
  peer: Extract<Peer, { is: 'pods' }>,
  party: Party,
  rule: Rule,
  policies: Policies,
): readonly Clause[] {
  const { pod, namespace } = party
  const { fields, path } = peer
  const podField = `${path}.${fields.pods ?? 'podSelector'}`
  if (pod === undefined || namespace === undefined) {
    const field = fields.pods === undefined ? `${path}.${fields.namespaces ?? ''}` : podField
    return [{ is: 'podSelector', field, wanted: 'a pod', actual: partyText(party), ok: false }]
  }
  const clauses = [
    ...namespaceClauses(peer.namespaces, `${path}.${fields.namespaces ?? 'podSelector'}`, party),
    ...(fields.pods === undefined
      ? []
      : selectorClauses('podSelector', podField, peer.pods, pod.metadata.labels, 'any pod')),
  ]
  if (!isHostNetwork(pod)) return clauses
  const ok = okOf(peer, party, rule, policies)
  return [...clauses, { is: 'podSelector', field: podField, wanted: 'a pod', actual: partyText(party), ok }]
}

function namespaceClauses(scope: NamespaceScope, field: string, { namespace }: Party): readonly Clause[] {
  if (namespace === undefined) return []
  const { name, labels, isKnown } = namespace
  if ('name' in scope)
    return [
      {
        is: 'namespace',
        field,
        wanted: `namespace ${scope.name}`,
        actual: `namespace ${name}`,
        ok: scope.name === name,
      },
    ]
  const clauses = selectorClauses('namespaceSelector', field, scope.selector, labels, 'any namespace')
  if (isKnown) return clauses
  return clauses.map((clause, index) => {
    const requirement = scope.selector.requirements[index]
    return requirement === undefined || requirement.key === nameLabel
      ? clause
      : { ...clause, actual: `labels of namespace ${name} are not known`, ok: undefined }
  })
}

function blockClauses(
  peer: Extract<Peer, { is: 'block' }>,
  party: Party,
  rule: Rule,
  policies: Policies,
): readonly Clause[] {
  const { address } = party
  const field = rule.policy.tier === 'network-policy' ? `${peer.path}.cidr` : peer.path
  const actual = partyText(party)
  const clause: Clause = { is: 'ipBlock', field, wanted: peer.cidr, actual }
  if (address === undefined) return [{ ...clause, ok: okOf(peer, party, rule, policies) }]
  const hole = peer.except.find(({ block }) => inBlock(address, block))
  const isInside = inBlock(address, peer.block)
  if (hole !== undefined && isInside)
    return [
      { ...clause, ok: true },
      { is: 'except', field: hole.path, wanted: `not in ${hole.cidr}`, actual, ok: false },
    ]
  return [{ ...clause, ok: isInside ? okOf(peer, party, rule, policies) : false }]
}

/** The conditions of one item of a port list, compared with what is dialled. */
export function portClauses(
  entry: PortEntry,
  { policy }: Rule,
  target: Target,
  policies: Policies,
): readonly Clause[] {
  const isPlain = policy.tier === 'network-policy'
  const at = (field: string): string => (isPlain ? `${entry.path}.${field}` : entry.path)
  const { is } = matchPort(entry, policy, target, policies)
  const ok = is === 'maybe' ? undefined : is === 'yes'
  switch (entry.is) {
    case 'numbers': {
      const isProtocol = entry.protocol === target.protocol
      const isInside = target.port >= entry.from && target.port <= entry.to
      return [
        {
          is: 'protocol',
          field: at('protocol'),
          wanted: entry.protocol,
          actual: target.protocol,
          ok: isProtocol,
        },
        {
          is: 'port',
          field: at('port'),
          wanted: portsText(entry),
          actual: String(target.port),
          ok: isProtocol ? ok : isInside,
        },
      ]
    }
    case 'name':
      return [
        {
          is: 'port',
          field: at('port'),
          wanted: `a port named ${entry.name}${entry.protocol === undefined ? '' : `/${entry.protocol}`}`,
          actual: namedText(entry.name, target),
          ok,
        },
      ]
    case 'nothing':
      return [
        { is: 'input', field: entry.path, wanted: 'a valid port', actual: 'an invalid port', ok: false },
      ]
    case 'doubt':
      return [
        { is: 'input', field: entry.path, wanted: 'a valid port', actual: 'a port that cannot be read' },
      ]
  }
}

/** `80`, `8000-8100`, `any port`. */
export function portsText({ from, to }: { readonly from: number; readonly to: number }): string {
  if (from === 1 && to === 65535) return 'any port'
  return from === to ? String(from) : `${from}-${to}`
}

function namedText(name: string, { destination: { pod }, port, protocol }: Target): string {
  if (pod === undefined) return `${port}/${protocol}, and no pod that could name it`
  const named = pod.spec.containers
    .flatMap(({ ports }) => ports)
    .filter((item) => item.name === name)
    .map((item) => `${item.containerPort}/${item.protocol ?? 'TCP'}`)
  const dialled = `${port}/${protocol}`
  return named.length === 0
    ? `${dialled}; the pod declares no port ${name}`
    : `${dialled}; ${name} of the pod is ${named.join(' and ')}`
}
