import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { namedPort } from '../../network/services/expected.ts'
import { portField, portText, protocolOf, targetPortOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { isDeleting } from '../../network/workloads/pods.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { counted, listed, say, word } from '../text.ts'
import { isBare } from './debug-pods.ts'
import { portEvidence } from './exact-evidence.ts'

export default defineRule({
  id: 'service/named-target-port-partial',
  title: 'Named target port that only some of the pods declare',
  subject: 'ServicePort',
  severity: 'error',
  docs: {
    means:
      'The pods without the name are endpoints of no port: they get no traffic, and the others carry all of it.',
    why: 'A second workload behind the Service, or a new template, names its port otherwise.',
    proof:
      '`targetPort` is a name that some selected pods declare with the protocol of the port, and others do not.',
    fix: 'Declare the name in all of them; the numbers may differ.',
    falseAlarmWhen:
      'All declare the name with different numbers; bare pods; pods of an older template during a rollout (noted).',
  },
  check({ service, port }, network) {
    const target = targetPortOf(port)
    if (typeof target === 'number') return undefined
    const pods = whole(network.services.selected(service)).filter((pod) => !isBare(pod) && !isDeleting(pod))
    const without = pods.filter((pod) => namedPort(pod, target, protocolOf(port)) === undefined)
    if (without.length === 0 || without.length === pods.length) return undefined
    // Whether the template declares it by now decides between a fault and a rollout.
    whole(network.workloads.in(service.metadata.namespace ?? ''))
    const owners = ownersOf(without, network)
    const isRollout = owners.every((owner) => declares(owner, target, protocolOf(port)))
    const reference = referenceTo(service)
    return {
      proof: 'proven',
      severity: isRollout ? 'note' : 'error',
      place: place.servicePort(service, port),
      summary: say`${without.length} of ${counted(pods.length, 'pod')} behind ${reference} ${word(without.length === 1 ? 'gets' : 'get')} no traffic on port ${portText(
        port,
      )}: those of ${listed(owners.map((owner) => say`${owner.reference}`))} declare no port named ${target}`,
      detail: isRollout ? say`Its template declares the name now: the rollout will end it.` : undefined,
      evidence: [
        { reference, field: `${portField(service, port)}.targetPort`, value: target },
        ...owners.slice(0, 3).flatMap((owner) => portEvidence(owner, 'name')),
      ],
      advice: owners.map(({ reference: owner, namespace }) => {
        const object = `${owner.kind.toLowerCase()}/${owner.name}`
        return say`Name the port ${target} in ${owner}: kubectl -n ${namespace} edit ${object}`
      }),
    }
  },
})

function ownersOf(pods: readonly Pod[], network: Network): readonly Workload[] {
  return [...new Set(pods.flatMap((pod) => network.workloads.ofPod(pod) ?? []))]
}

function declares(owner: Workload, name: string, protocol: string): boolean {
  return owner.spec.containers.some(({ ports }) =>
    ports.some((item) => item.name === name && (item.protocol ?? 'TCP') === protocol),
  )
}
