import type { Edit } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import { nameLabel } from '../../network/policy/endpoint.ts'
import { place } from '../../network/traffic/place.ts'
import type { Namespace } from '../../snapshot/kinds/namespace.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { keyField } from '../service/fields.ts'
import { say, word } from '../text.ts'
import { namespacesSeen } from './matching.ts'
import { type NamespacePeer, namespacePeers, peersWith, policiesOf } from './namespace-peers.ts'
import { changeRequirement } from './patches.ts'
import { policyNames, requirementField } from './selector-words.ts'

export default defineRule({
  id: 'policy/namespace-label-hand-set',
  title: 'Allow rule that rests on a namespace label set by hand',
  subject: 'NetworkPolicy',
  severity: 'note',
  docs: {
    means:
      'It works now. When the namespace is made again, by a script or from Git, the label is gone and nobody is admitted.',
    why: 'The rule was copied from a guide that says `kubectl label namespace`, from before namespaces had a name label.',
    proof:
      '`metadata.managedFields` of the Namespace: only `kubectl label`, `kubectl edit` or `kubectl patch` owns the label.',
    fix: 'Select by `kubernetes.io/metadata.name`: the same namespace, and nothing to set.',
    falseAlarmWhen:
      'Never when a file, Helm, GitOps or an operator owns the label too, when managedFields are absent, or when several ' +
      'namespaces carry it: then it names a group, which no name can.',
  },
  check(policy, network) {
    const namespace = policy.object.metadata.namespace ?? ''
    const canonicals = new Set(namespacePeers(policy).map(({ selector }) => selector.canonical))
    return [...canonicals].flatMap(
      (canonical) => checkSelector(peersWith(namespace, canonical, network), network) ?? [],
    )
  },
})

const byHand = new Set(['kubectl-label', 'kubectl-edit', 'kubectl-patch'])

function checkSelector(peers: readonly NamespacePeer[], network: Network): FindingDraft | undefined {
  const [first] = peers
  const policies = policiesOf(peers)
  if (first === undefined || policies === undefined) return undefined
  const [name, ...others] = namespacesSeen({ selector: first.selector }, network)
  const requirement = first.selector.requirements.find(
    ({ key, operator, values }) => key !== nameLabel && operator === 'In' && values.length === 1,
  )
  if (name === undefined || others.length > 0 || requirement === undefined) return undefined
  const namespace = network.inventory.get('Namespace', '', name).items[0]
  const manager = namespace === undefined ? undefined : handOf(requirement.key, namespace)
  if (namespace === undefined || manager === undefined) return undefined
  const reference = referenceTo(namespace)
  return {
    proof: 'proven',
    about: reference,
    place: place.policyPart(policies[0].reference, `label ${requirement.key} of namespace ${name}`),
    summary: say`Label ${requirement.key}=${requirement.values[0] ?? ''} of ${reference} was set by hand (${manager}), and ${policyNames(policies.map((policy) => policy.reference))} ${word(policies.length === 1 ? 'rests' : 'rest')} on it`,
    detail: say`Made again without the label, the namespace is no longer admitted.`,
    evidence: [
      { reference, field: keyField('metadata.labels', requirement.key), value: requirement.values[0] },
      ...peers.map(({ field, rule }) => ({
        reference: rule.policy.reference,
        field: requirementField(field, requirement),
        value: requirement.values[0],
      })),
    ],
    fix: {
      edits: editsOf(peers, requirement.key, name),
      note: say`The same namespace, by the label that the API server sets. Who gets in does not change.`,
    },
  }
}

/** The hand that set a label, when no file or controller owns it as well. */
function handOf(label: string, { metadata }: Namespace): string | undefined {
  const owners = metadata.managedFields.filter(({ fieldsV1 }) =>
    Object.hasOwn(fieldsV1?.['f:metadata']?.['f:labels'] ?? {}, `f:${label}`),
  )
  const [owner] = owners
  return owner !== undefined && owners.every(({ manager }) => byHand.has(manager)) ? owner.manager : undefined
}

function editsOf(peers: readonly NamespacePeer[], key: string, name: string): readonly Edit[] {
  return [...Map.groupBy(peers, ({ rule }) => rule.policy)].map(([{ reference }, group]) => ({
    kind: 'patch',
    reference,
    operations: group.flatMap(({ field, selector }) => {
      const requirement = selector.requirements.find((item) => item.key === key)
      return requirement === undefined
        ? []
        : changeRequirement(field, requirement, { key: nameLabel, value: name })
    }),
  }))
}
