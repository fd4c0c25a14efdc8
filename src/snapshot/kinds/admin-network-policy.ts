import { integer, type Json, optional, record, text } from './json.ts'
import { defineKind, type KindDefinition, type KubeObjectBase } from './kind.ts'
import {
  everyItem,
  everyText,
  type PolicySelector,
  parsePolicySelector,
  type Unread,
  unreadFields,
} from './policy-selector.ts'

export interface NamespacedPods extends Unread {
  readonly namespaceSelector?: PolicySelector | undefined
  readonly podSelector?: PolicySelector | undefined
}

/** Subject or peer; exactly one field is set in an object that an API server accepted. */
export interface AdminPeer extends Unread {
  readonly namespaces?: PolicySelector | undefined
  readonly pods?: NamespacedPods | undefined
  readonly nodes?: PolicySelector | undefined
  readonly networks?: readonly string[] | undefined
  readonly domainNames?: readonly string[] | undefined
}

export interface AdminNetworkPolicyPort extends Unread {
  readonly portNumber?: AdminPort | undefined
  readonly portRange?: AdminPort | undefined
  readonly namedPort?: string | undefined
}

/** `portNumber` has `port`, `portRange` has `start` and `end`. */
interface AdminPort extends Unread {
  readonly protocol?: string | undefined
  readonly port?: number | undefined
  readonly start?: number | undefined
  readonly end?: number | undefined
}

export interface AdminNetworkPolicyRule extends Unread {
  readonly name?: string | undefined
  readonly action?: string | undefined
  readonly from?: readonly AdminPeer[] | undefined
  readonly to?: readonly AdminPeer[] | undefined
  readonly ports?: readonly AdminNetworkPolicyPort[] | undefined
}

export interface AdminNetworkPolicySpec extends Unread {
  /** Absent in a BaselineAdminNetworkPolicy. */
  readonly priority?: number | undefined
  readonly subject?: AdminPeer | undefined
  readonly ingress?: readonly AdminNetworkPolicyRule[] | undefined
  readonly egress?: readonly AdminNetworkPolicyRule[] | undefined
}

export type AdminNetworkPolicyKind = 'AdminNetworkPolicy' | 'BaselineAdminNetworkPolicy'

/** policy.networking.k8s.io/v1alpha1. */
export interface AdminNetworkPolicy<K extends AdminNetworkPolicyKind = AdminNetworkPolicyKind>
  extends KubeObjectBase<K> {
  readonly spec: AdminNetworkPolicySpec
}

function define<K extends AdminNetworkPolicyKind>(
  kind: K,
  plural: string,
  shortName: string,
): KindDefinition<K, AdminNetworkPolicy<K>> {
  return defineKind<K, AdminNetworkPolicy<K>>({
    kind,
    group: 'policy.networking.k8s.io',
    versions: ['v1alpha1'],
    plural,
    shortNames: [shortName],
    namespaced: false,
    parse(json, base) {
      const spec = record(json['spec'])
      const parsed = {
        priority: integer(spec['priority']),
        subject: optional(spec['subject'], parseAdminPeer),
        ingress: everyItem(spec['ingress'], (rule) => parseRule(rule, 'from')),
        egress: everyItem(spec['egress'], (rule) => parseRule(rule, 'to')),
      }
      return { ...base, spec: { ...parsed, unreadFields: unreadFields(spec, parsed) } }
    },
  })
}

export const adminNetworkPolicy = define('AdminNetworkPolicy', 'adminnetworkpolicies', 'anp')
export const baselineAdminNetworkPolicy = define(
  'BaselineAdminNetworkPolicy',
  'baselineadminnetworkpolicies',
  'banp',
)

function parseRule(json: Json, peers: 'from' | 'to'): AdminNetworkPolicyRule {
  const parsed = {
    name: text(json['name']),
    action: text(json['action']),
    from: peers === 'from' ? everyItem(json['from'], parseAdminPeer) : undefined,
    to: peers === 'to' ? everyItem(json['to'], parseAdminPeer) : undefined,
    ports: everyItem(json['ports'], parsePort),
  }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}

/** Parses a subject or peer of either generation of the API. */
export function parseAdminPeer(json: Json): AdminPeer {
  const parsed = {
    namespaces: optional(json['namespaces'], parsePolicySelector),
    pods: optional(json['pods'], parsePods),
    nodes: optional(json['nodes'], parsePolicySelector),
    networks: everyText(json['networks']),
    domainNames: everyText(json['domainNames']),
  }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}

function parsePods(json: Json): NamespacedPods {
  const parsed = {
    namespaceSelector: optional(json['namespaceSelector'], parsePolicySelector),
    podSelector: optional(json['podSelector'], parsePolicySelector),
  }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}

function parsePort(json: Json): AdminNetworkPolicyPort {
  const parsed = {
    portNumber: optional(json['portNumber'], parseNumber),
    portRange: optional(json['portRange'], parseNumber),
    namedPort: text(json['namedPort']),
  }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}

function parseNumber(json: Json): AdminPort {
  const parsed = {
    protocol: text(json['protocol']),
    port: integer(json['port']),
    start: integer(json['start']),
    end: integer(json['end']),
  }
  return { ...parsed, unreadFields: unreadFields(json, parsed) }
}
