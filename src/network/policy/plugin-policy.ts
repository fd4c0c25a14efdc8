import type { CalicoPolicy } from '../../snapshot/kinds/calico-policy.ts'
import type { CiliumPolicy, CiliumRuleSet } from '../../snapshot/kinds/cilium-policy.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { type Gap, type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { distinctGaps, type Read } from '../inventory/read.ts'
import { maySelectInCalico } from './calico-selector.ts'
import { isHostNetwork, type NamespaceFacts } from './endpoint.ts'
import type { Direction } from './model.ts'
import { meets, type Requirement, readSelector } from './selector.ts'

/** A policy of a network plugin: enough of it to say that it may decide. */
export interface PluginPolicy {
  readonly reference: ObjectReference
  readonly directions: ReadonlySet<Direction>
  /** False only where the policy surely does not select the pod. */
  readonly maySelect: (pod: Pod, namespace: NamespaceFacts) => boolean
}

export interface PluginPolicySet {
  readonly policies: readonly PluginPolicy[]
  readonly gaps: readonly Gap[]
}

/** All that can select pods of one namespace: its own, and those of the whole cluster. */
export function pluginPolicies(namespace: string, inventory: Inventory): PluginPolicySet {
  const cilium: readonly Read<CiliumPolicy>[] = [
    inventory.list('CiliumNetworkPolicy', namespace),
    inventory.list('CiliumClusterwideNetworkPolicy'),
  ]
  const calico: readonly Read<CalicoPolicy>[] = [
    inventory.list('CalicoNetworkPolicy', namespace),
    inventory.list('CalicoGlobalNetworkPolicy'),
    inventory.list('CalicoStoredNetworkPolicy', namespace),
    inventory.list('CalicoStoredGlobalNetworkPolicy'),
  ]
  return {
    policies: [
      ...cilium.flatMap(({ items }) => items).flatMap(readCilium),
      ...calico.flatMap(({ items }) => items).map(readCalico),
    ],
    gaps: distinctGaps([...cilium, ...calico].map(({ gaps }) => gaps)),
  }
}

function readCilium(object: CiliumPolicy): readonly PluginPolicy[] {
  const reference = referenceTo(object)
  return [...(object.spec === undefined ? [] : [object.spec]), ...object.specs].map((rules) => ({
    reference,
    directions: ciliumDirections(rules),
    maySelect: ciliumSelection(rules),
  }))
}

/** A direction without rules is not touched. Source: Cilium, pkg/policy/api/rule.go. */
function ciliumDirections(rules: CiliumRuleSet): ReadonlySet<Direction> {
  const { ingress = [], ingressDeny = [], egress = [], egressDeny = [] } = rules
  const directions = new Set<Direction>()
  if (ingress.length + ingressDeny.length > 0) directions.add('ingress')
  if (egress.length + egressDeny.length > 0) directions.add('egress')
  return directions
}

function ciliumSelection({ endpointSelector, nodeSelector }: CiliumRuleSet): PluginPolicy['maySelect'] {
  if (endpointSelector === undefined)
    return nodeSelector === undefined ? () => true : (pod) => isHostNetwork(pod)
  // A requirement that cannot be read may hold; the others must.
  const requirements = readSelector(endpointSelector).requirements.filter(
    ({ operator, values }) => operator !== 'In' || values.length > 0,
  )
  return (pod, namespace) =>
    !isHostNetwork(pod) && requirements.every((requirement) => ciliumMayHold(requirement, pod, namespace))
}

/** Keys may name the source of the label; those of Cilium's own labels are not known here. */
function ciliumMayHold(requirement: Requirement, pod: Pod, { name }: NamespaceFacts): boolean {
  const { key } = requirement
  const bare = key.replace(/^(k8s|any):/, '')
  if (bare === 'io.kubernetes.pod.namespace') return meets({ [key]: name }, requirement)
  if (bare.includes(':') || bare.startsWith('io.kubernetes.') || bare.startsWith('io.cilium.')) return true
  return meets(pod.metadata.labels, { ...requirement, key: bare })
}

function readCalico(object: CalicoPolicy): PluginPolicy {
  const { selector, namespaceSelector } = object.spec
  const isGlobal = object.metadata.namespace === undefined
  return {
    reference: referenceTo(object),
    directions: calicoDirections(object),
    maySelect: (pod, namespace) => {
      // Of the host network Calico knows host endpoints, which have labels of their own.
      if (isHostNetwork(pod)) return isGlobal
      if (!maySelectInCalico(selector, pod.metadata.labels)) return false
      return !isGlobal || !namespace.isKnown || maySelectInCalico(namespaceSelector, namespace.labels)
    },
  }
}

/** Source: Calico, the types field of a policy: without it, those with rules; ingress when there are none. */
function calicoDirections({ spec }: CalicoPolicy): ReadonlySet<Direction> {
  const { types = [], ingress = [], egress = [] } = spec
  const isIngress = types.length > 0 ? types.includes('Ingress') : ingress.length > 0 || egress.length === 0
  const isEgress = types.length > 0 ? types.includes('Egress') : egress.length > 0
  return new Set<Direction>([
    ...(isIngress ? (['ingress'] as const) : []),
    ...(isEgress ? (['egress'] as const) : []),
  ])
}
