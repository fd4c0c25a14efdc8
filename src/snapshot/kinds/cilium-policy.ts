import { type Json, list, optional } from './json.ts'
import { defineKind, type KindDefinition, type KubeObjectBase } from './kind.ts'
import { type PolicySelector, parsePolicySelector } from './policy-selector.ts'

/** One rule set: whom it selects, and in which directions it has rules. What the rules say is not kept. */
export interface CiliumRuleSet {
  readonly endpointSelector?: PolicySelector | undefined
  /** Selects nodes, and so only what runs on the host network. */
  readonly nodeSelector?: PolicySelector | undefined
  readonly ingress?: readonly Emptied[] | undefined
  readonly ingressDeny?: readonly Emptied[] | undefined
  readonly egress?: readonly Emptied[] | undefined
  readonly egressDeny?: readonly Emptied[] | undefined
}

type Emptied = Readonly<Record<string, never>>

export type CiliumPolicyKind = 'CiliumNetworkPolicy' | 'CiliumClusterwideNetworkPolicy'

/** cilium.io/v2. `spec` and `specs` both count. */
export interface CiliumPolicy<K extends CiliumPolicyKind = CiliumPolicyKind> extends KubeObjectBase<K> {
  readonly spec?: CiliumRuleSet | undefined
  readonly specs: readonly CiliumRuleSet[]
}

function define<K extends CiliumPolicyKind>(
  kind: K,
  plural: string,
  shortName: string,
  namespaced: boolean,
): KindDefinition<K, CiliumPolicy<K>> {
  return defineKind<K, CiliumPolicy<K>>({
    kind,
    group: 'cilium.io',
    versions: ['v2'],
    plural,
    shortNames: [shortName],
    namespaced,
    parse: (json, base) => ({
      ...base,
      spec: optional(json['spec'], parseRuleSet),
      specs: list(json['specs'], parseRuleSet),
    }),
  })
}

/** `cnp` is also ClusterNetworkPolicy's short name, so that the full names are used. */
export const ciliumNetworkPolicy = define(
  'CiliumNetworkPolicy',
  'ciliumnetworkpolicies',
  'ciliumnetworkpolicy',
  true,
)
export const ciliumClusterwideNetworkPolicy = define(
  'CiliumClusterwideNetworkPolicy',
  'ciliumclusterwidenetworkpolicies',
  'ccnp',
  false,
)

function parseRuleSet(json: Json): CiliumRuleSet {
  return {
    endpointSelector: optional(json['endpointSelector'], parsePolicySelector),
    nodeSelector: optional(json['nodeSelector'], parsePolicySelector),
    ingress: emptied(json['ingress']),
    ingressDeny: emptied(json['ingressDeny']),
    egress: emptied(json['egress']),
    egressDeny: emptied(json['egressDeny']),
  }
}

const nothing: Emptied = Object.freeze({})

/** As many empty items as there are rules; `undefined` when the field is no list. */
export function emptied(rules: unknown): readonly Emptied[] | undefined {
  return Array.isArray(rules) ? rules.map(() => nothing) : undefined
}
