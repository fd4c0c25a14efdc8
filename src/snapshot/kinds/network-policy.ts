import { integer, integerOrText, type Json, optional, record, text } from './json.ts'
import { defineKind, type KubeObjectBase } from './kind.ts'
import {
  everyItem,
  everyText,
  type PolicySelector,
  parsePolicySelector,
  type Unread,
  unreadFields,
} from './policy-selector.ts'

export interface NetworkPolicyPort extends Unread {
  readonly protocol?: string | undefined
  readonly port?: number | string | undefined
  readonly endPort?: number | undefined
}

export interface IpBlock extends Unread {
  readonly cidr?: string | undefined
  readonly except?: readonly string[] | undefined
}

export interface NetworkPolicyPeer extends Unread {
  readonly podSelector?: PolicySelector | undefined
  readonly namespaceSelector?: PolicySelector | undefined
  readonly ipBlock?: IpBlock | undefined
}

/** A rule of either direction: an ingress rule has `from`, an egress rule `to`. Absent and empty both mean all. */
export interface NetworkPolicyRule extends Unread {
  readonly ports?: readonly NetworkPolicyPort[] | undefined
  readonly from?: readonly NetworkPolicyPeer[] | undefined
  readonly to?: readonly NetworkPolicyPeer[] | undefined
}

/** Fields that are absent, or `null`, stay absent: `egress: []` without policyTypes is not the same as `[{}]`. */
export interface NetworkPolicySpec extends Unread {
  readonly podSelector?: PolicySelector | undefined
  readonly policyTypes?: readonly string[] | undefined
  readonly ingress?: readonly NetworkPolicyRule[] | undefined
  readonly egress?: readonly NetworkPolicyRule[] | undefined
}

export interface NetworkPolicy extends KubeObjectBase<'NetworkPolicy'> {
  readonly spec: NetworkPolicySpec
}

export const networkPolicy = defineKind<'NetworkPolicy', NetworkPolicy>({
  kind: 'NetworkPolicy',
  group: 'networking.k8s.io',
  versions: ['v1'],
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  namespaced: true,
  parse(json, base) {
    const spec = record(json['spec'])
    const parsed = {
      podSelector: optional(spec['podSelector'], parsePolicySelector),
      policyTypes: everyText(spec['policyTypes']),
      ingress: everyItem(spec['ingress'], (rule) => parseRule(rule, 'from')),
      egress: everyItem(spec['egress'], (rule) => parseRule(rule, 'to')),
    }
    return { ...base, spec: { ...parsed, unreadFields: unreadFields(spec, parsed) } }
  },
})

function parseRule(json: Json, peers: 'from' | 'to'): NetworkPolicyRule {
  const parsed = {
    ports: everyItem(json['ports'], parsePort),
    from: peers === 'from' ? everyItem(json['from'], parsePeer) : undefined,
    to: peers === 'to' ? everyItem(json['to'], parsePeer) : undefined,
  }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}

function parsePort(json: Json): NetworkPolicyPort {
  const parsed = {
    protocol: text(json['protocol']),
    port: integerOrText(json['port']),
    endPort: integer(json['endPort']),
  }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}

function parsePeer(json: Json): NetworkPolicyPeer {
  const parsed = {
    podSelector: optional(json['podSelector'], parsePolicySelector),
    namespaceSelector: optional(json['namespaceSelector'], parsePolicySelector),
    ipBlock: optional(json['ipBlock'], parseIpBlock),
  }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}

function parseIpBlock(json: Json): IpBlock {
  const parsed = { cidr: text(json['cidr']), except: everyText(json['except']) }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}
