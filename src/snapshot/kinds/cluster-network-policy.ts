import { type AdminPeer, parseAdminPeer } from './admin-network-policy.ts'
import { integer, type Json, optional, record, text } from './json.ts'
import { defineKind, type KubeObjectBase } from './kind.ts'
import { everyItem, type Unread, unreadFields } from './policy-selector.ts'

export interface PolicyPortRange extends Unread {
  readonly start?: number | undefined
  readonly end?: number | undefined
}

export interface DestinationPort extends Unread {
  readonly number?: number | undefined
  readonly range?: PolicyPortRange | undefined
}

export interface PortProtocol extends Unread {
  readonly destinationPort?: DestinationPort | undefined
}

/** Exactly one field is set in an object that an API server accepted. */
export interface ClusterNetworkPolicyProtocol extends Unread {
  readonly tcp?: PortProtocol | undefined
  readonly udp?: PortProtocol | undefined
  readonly sctp?: PortProtocol | undefined
  readonly destinationNamedPort?: string | undefined
}

export interface ClusterNetworkPolicyRule extends Unread {
  readonly name?: string | undefined
  readonly action?: string | undefined
  readonly from?: readonly AdminPeer[] | undefined
  readonly to?: readonly AdminPeer[] | undefined
  readonly protocols?: readonly ClusterNetworkPolicyProtocol[] | undefined
}

/** policy.networking.k8s.io/v1alpha2. */
export interface ClusterNetworkPolicy extends KubeObjectBase<'ClusterNetworkPolicy'> {
  readonly spec: Unread & {
    readonly tier?: string | undefined
    readonly priority?: number | undefined
    readonly subject?: AdminPeer | undefined
    readonly ingress?: readonly ClusterNetworkPolicyRule[] | undefined
    readonly egress?: readonly ClusterNetworkPolicyRule[] | undefined
  }
}

export const clusterNetworkPolicy = defineKind<'ClusterNetworkPolicy', ClusterNetworkPolicy>({
  kind: 'ClusterNetworkPolicy',
  group: 'policy.networking.k8s.io',
  versions: ['v1alpha2'],
  plural: 'clusternetworkpolicies',
  shortNames: ['cnp'],
  namespaced: false,
  parse(json, base) {
    const spec = record(json['spec'])
    const parsed = {
      tier: text(spec['tier']),
      priority: integer(spec['priority']),
      subject: optional(spec['subject'], parseAdminPeer),
      ingress: everyItem(spec['ingress'], (rule) => parseRule(rule, 'from')),
      egress: everyItem(spec['egress'], (rule) => parseRule(rule, 'to')),
    }
    return { ...base, spec: { ...parsed, unreadFields: unreadFields(spec, parsed) } }
  },
})

function parseRule(json: Json, peers: 'from' | 'to'): ClusterNetworkPolicyRule {
  const parsed = {
    name: text(json['name']),
    action: text(json['action']),
    from: peers === 'from' ? everyItem(json['from'], parseAdminPeer) : undefined,
    to: peers === 'to' ? everyItem(json['to'], parseAdminPeer) : undefined,
    protocols: everyItem(json['protocols'], parseProtocol),
  }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}

function parseProtocol(json: Json): ClusterNetworkPolicyProtocol {
  const parsed = {
    tcp: optional(json['tcp'], parsePorts),
    udp: optional(json['udp'], parsePorts),
    sctp: optional(json['sctp'], parsePorts),
    destinationNamedPort: text(json['destinationNamedPort']),
  }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}

function parsePorts(json: Json): PortProtocol {
  const parsed = { destinationPort: optional(json['destinationPort'], parseDestinationPort) }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}

function parseDestinationPort(json: Json): DestinationPort {
  const parsed = {
    number: integer(json['number']),
    range: optional(json['range'], (range) => {
      const ends = { start: integer(range['start']), end: integer(range['end']) }
      return { ...ends, unreadFields: unreadFields(range, ends) }
    }),
  }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}
