import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Policy } from '../../network/policy/model.ts'
import { selects } from '../../network/policy/selector.ts'
import { place } from '../../network/traffic/place.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { consumersOf } from '../service/consumers.ts'
import { counted, say } from '../text.ts'

export default defineRule({
  id: 'policy/default-deny-without-allow',
  title: 'A namespace denies all ingress, and a Service that is used has no allow',
  subject: 'Service',
  severity: 'warning',
  docs: {
    means: 'Nobody gets through to the pods of the Service, but what runs on their own node.',
    why: 'A default deny was put in place, and the allow for this Service was forgotten, or selects other pods.',
    proof:
      'A NetworkPolicy that selects every pod and has no ingress rule; no other NetworkPolicy with an ingress rule selects the pods of the Service. ' +
      'Somebody refers to it: a workload, a route, a NodePort.',
    fix: 'Write a policy that admits those who use it.',
    falseAlarmWhen:
      'Nobody uses the Service, or a cluster-wide policy or one of the network plugin may allow it: then it is silent. ' +
      'Where a client is seen to be denied, that is the finding, and this one is part of it.',
  },
  check(service, network) {
    const consumers = consumersOf(service, network)
    if (consumers.length === 0 || mayOthersAllow(service, network)) return undefined
    const namespace = service.metadata.namespace ?? ''
    const { policies, gaps } = network.policy.in(namespace)
    whole({ items: [], gaps })
    const [deny] = policies.filter(isDefaultDeny)
    if (deny === undefined) return undefined
    const pods = whole(network.services.selected(service))
    const allowing = policies.filter(({ rules }) => (rules.ingress ?? []).length > 0)
    const isFenced = (pod: Pod): boolean =>
      pod.spec.hostNetwork !== true && !allowing.some((policy) => maySelect(policy, pod))
    if (pods.length === 0 || !pods.every(isFenced)) return undefined
    const targets = service.spec.ports.map(({ port }) =>
      place.policyPart(deny.reference, `into ${namespace}/${service.metadata.name}:${port}`),
    )
    return {
      proof: 'proven',
      about: deny.reference,
      place: place.policyPart(deny.reference, `into ${namespace}/${service.metadata.name}`),
      alsoAt: targets,
      summary: say`${deny.reference} denies all ingress, and no policy admits anybody to the pods of ${referenceTo(service)}`,
      detail: say`${counted(consumers.length, 'connection leads', 'connections lead')} to it.`,
      evidence: [
        { reference: deny.reference, field: 'spec.podSelector', value: '{}' },
        { reference: deny.reference, field: 'spec.ingress', value: undefined },
      ],
      advice: [
        say`add a NetworkPolicy that selects the pods of ${referenceTo(service)} and admits those who use it`,
      ],
    }
  },
})

function isDefaultDeny({ subject, rules }: Policy): boolean {
  return subject.pods.requirements.length === 0 && subject.doubt === undefined && rules.ingress?.length === 0
}

function mayOthersAllow(service: Service, { policy }: Network): boolean {
  return (
    policy.cluster().all.length > 0 ||
    policy.ofPlugins(service.metadata.namespace ?? '').policies.length > 0 ||
    !policy.profile.enforcesPolicies
  )
}

const maySelect = ({ subject }: Policy, { metadata }: Pod): boolean =>
  subject.doubt !== undefined || selects(subject.pods, metadata.labels)
