import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Policy } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import { controllerOf } from '../../network/workloads/owners.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { keyField, labelsField } from '../service/fields.ts'
import { listed, say, type Text, word } from '../text.ts'
import { isOpenWorld, workloadsMatching } from './matching.ts'
import { nearWorkloads, type WorkloadMiss } from './near-labels.ts'
import { changeRequirement, patchCommand } from './patches.ts'
import { requirementField, selectorWords } from './selector-words.ts'

const base = 'spec.podSelector'

export default defineRule({
  id: 'policy/selects-no-pod',
  title: 'Policy that selects no pod',
  subject: 'NetworkPolicy',
  severity: 'note',
  docs: {
    means:
      'The policy isolates nothing and allows nothing now: the pods that it was written for are not under it.',
    why: 'A label was renamed or mistyped, the application was removed, or the policy lies in another namespace than its pods.',
    proof:
      '`spec.podSelector` compared with the labels of every pod and pod template of the policy’s namespace.',
    fix: 'Correct the selector. The pods that it then selects are isolated: see first who calls them, with `policy --what-if`.',
    falseAlarmWhen:
      'A policy may be written before its pods: without a label that is one slip away it is only a note, and among ' +
      'manifests nothing is said then. A template that matches is enough, whether or not it has pods, and so are finished pods.',
  },
  check({ subject, reference, object }, network) {
    if (subject.doubt !== undefined || subject.pods.requirements.length === 0) return undefined
    const namespace = object.metadata.namespace ?? ''
    const matching = workloadsMatching(namespace, subject.pods, network)
    if (matching.items.length > 0) return undefined
    whole(matching)
    const near = nearWorkloads(subject.pods, whole(network.workloads.in(namespace)))
    const [best] = near
    if (best === undefined && isOpenWorld(network)) return undefined
    const common = {
      proof: 'proven',
      place: place.policyPart(reference, base),
      evidence: subject.pods.requirements.map((requirement) => ({
        reference,
        field: requirementField(base, requirement),
        value: requirement.values.join(', '),
      })),
    } as const
    if (best !== undefined) return { ...common, ...missed(reference, best, near) }
    return {
      ...common,
      summary: say`${reference} selects no pod: no pod or template in ${namespace} has ${selectorWords(subject.pods)}`,
      detail: elsewhere({ subject }, namespace, network),
      advice:
        controllerOf(object) === undefined
          ? [say`kubectl -n ${namespace} get pods --show-labels`]
          : [say`A controller writes this policy: look there first.`],
    }
  },
})

function missed(
  reference: ObjectReference,
  best: WorkloadMiss,
  near: readonly WorkloadMiss[],
): Pick<FindingDraft, 'severity' | 'summary' | 'detail' | 'advice' | 'evidence'> {
  const { requirement, wanted, workload } = best
  const asked = say`${requirement.key}=${requirement.values.join(', ')}`
  const others = near.slice(1)
  return {
    severity: 'warning',
    summary: say`${reference} selects no pod: it asks for ${asked}, ${workload.reference} has ${wanted.key}=${wanted.value}`,
    detail:
      others.length === 0
        ? say`The pods of ${workload.reference} are not under this policy.`
        : say`Near are also ${listed(others.map((miss) => say`${miss.workload.reference} (${miss.wanted.key}=${miss.wanted.value})`))}.`,
    evidence: [
      {
        reference,
        field: requirementField(base, requirement),
        value: requirement.values.join(', '),
      },
      {
        reference: workload.reference,
        field: keyField(labelsField(workload), wanted.key),
        value: wanted.value,
      },
    ],
    advice: [
      patchCommand(
        reference,
        changeRequirement(base, requirement, wanted),
        say`If ${workload.reference} is meant`,
      ),
      say`Its pods are then isolated: only what policies allow still reaches or leaves them.`,
    ],
  }
}

/** A policy selects in its own namespace only: where pods with these labels are, if anywhere. */
function elsewhere({ subject }: Pick<Policy, 'subject'>, own: string, network: Network): Text | undefined {
  const namespaces = network.workloads
    .namespaces()
    .filter((name) => name !== own && workloadsMatching(name, subject.pods, network).items.length > 0)
  if (namespaces.length === 0) return undefined
  const names = listed(namespaces.slice(0, 3).map((name) => say`${name}`))
  const more = namespaces.length > 3 ? word(` and ${namespaces.length - 3} more`) : []
  return say`Such pods are in ${names}${more}; a NetworkPolicy selects in its own namespace only.`
}
