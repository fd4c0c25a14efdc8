import { emptied } from './cilium-policy.ts'
import { record, text, texts } from './json.ts'
import { defineKind, type KindDefinition, type KubeObjectBase } from './kind.ts'

export type CalicoPolicyKind =
  | 'CalicoNetworkPolicy'
  | 'CalicoGlobalNetworkPolicy'
  | 'CalicoStoredNetworkPolicy'
  | 'CalicoStoredGlobalNetworkPolicy'

/** Calico's own policies: whom they select, in Calico's selector language, and in which directions they have rules. */
export interface CalicoPolicy<K extends CalicoPolicyKind = CalicoPolicyKind> extends KubeObjectBase<K> {
  readonly spec: {
    readonly selector?: string | undefined
    readonly namespaceSelector?: string | undefined
    readonly serviceAccountSelector?: string | undefined
    readonly types?: readonly string[] | undefined
    readonly ingress?: ReturnType<typeof emptied>
    readonly egress?: ReturnType<typeof emptied>
  }
}

type Api = 'v3' | 'stored'

/**
 * The same policies are served under two groups: projectcalico.org by Calico's API server (or its own resources), and
 * crd.projectcalico.org, where they are stored. `NetworkPolicy` is a built-in kind too, hence the other names.
 */
function define<K extends CalicoPolicyKind>(
  kind: K,
  apiKind: 'NetworkPolicy' | 'GlobalNetworkPolicy',
  api: Api,
): KindDefinition<K, CalicoPolicy<K>> {
  const group = api === 'v3' ? 'projectcalico.org' : 'crd.projectcalico.org'
  return defineKind<K, CalicoPolicy<K>>({
    kind,
    apiKind,
    group,
    versions: [api === 'v3' ? 'v3' : 'v1'],
    plural: apiKind === 'NetworkPolicy' ? 'networkpolicies' : 'globalnetworkpolicies',
    shortNames: [`${apiKind.toLowerCase()}.${group}`],
    namespaced: apiKind === 'NetworkPolicy',
    parse(json, base) {
      const spec = record(json['spec'])
      return {
        ...base,
        spec: {
          selector: text(spec['selector']),
          namespaceSelector: text(spec['namespaceSelector']),
          serviceAccountSelector: text(spec['serviceAccountSelector']),
          types: texts(spec['types']),
          ingress: emptied(spec['ingress']),
          egress: emptied(spec['egress']),
        },
      }
    },
  })
}

export const calicoNetworkPolicy = define('CalicoNetworkPolicy', 'NetworkPolicy', 'v3')
export const calicoGlobalNetworkPolicy = define('CalicoGlobalNetworkPolicy', 'GlobalNetworkPolicy', 'v3')
export const calicoStoredNetworkPolicy = define('CalicoStoredNetworkPolicy', 'NetworkPolicy', 'stored')
export const calicoStoredGlobalNetworkPolicy = define(
  'CalicoStoredGlobalNetworkPolicy',
  'GlobalNetworkPolicy',
  'stored',
)
