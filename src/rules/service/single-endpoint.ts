import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { HorizontalPodAutoscaler } from '../../snapshot/kinds/horizontal-pod-autoscaler.ts'
import { isKind } from '../../snapshot/kinds/kinds.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { autoscalerOf } from './asleep-on-purpose.ts'
import { consumersOf } from './consumers.ts'

const forTrying = /(^|[-_])(dev|test|qa|sandbox|playground|demo|local)([-_]|\d|$)/i

export default defineRule({
  id: 'service/single-endpoint',
  title: 'Service with a single pod behind it',
  subject: 'Workload',
  severity: 'note',
  docs: {
    means: 'Any restart, eviction or node drain of that pod is an outage for all callers.',
    why: 'The Deployment has one replica.',
    proof: '`spec.replicas` is 1, no other workload stands behind the Service, and somebody uses it.',
    fix: 'Two replicas and a PodDisruptionBudget.',
    falseAlarmWhen:
      'One pod is meant: a StatefulSet, the strategy Recreate, a volume that one node mounts, a namespace for development. ' +
      'It is only a note, and only where the Service has a consumer.',
  },
  check(workload, network) {
    const { object, replicas, reference } = workload
    if (
      object === undefined ||
      !isKind(object, 'Deployment') ||
      replicas !== 1 ||
      forTrying.test(workload.namespace)
    )
      return undefined
    const isSingleton =
      object.spec.strategy?.type === 'Recreate' ||
      workload.spec.volumes.some((volume) => volume.persistentVolumeClaim !== undefined)
    if (isSingleton) return undefined
    const services = network.services
      .selecting(workload)
      .items.filter((service) => dependsOn(service, network))
    if (services.length === 0) return undefined
    return {
      proof: 'proven',
      about: reference,
      place: place.pods(workload),
      summary: say`${listed(services.slice(0, 3).map((service) => say`${referenceTo(service)}`))} ${
        services.length === 1 ? say`has` : say`have`
      } a single pod behind: ${reference} has 1 replica, so any restart is an outage`,
      evidence: [{ reference, field: 'spec.replicas', value: object.spec.replicas }],
      ...remedy(workload, autoscalerOf(workload, network)),
    }
  },
})

function dependsOn(service: Service, network: Network): boolean {
  return whole(network.services.backends(service)).length === 1 && consumersOf(service, network).length > 0
}

/** An autoscaler would undo a change of replicas: its lower bound is what to change. */
function remedy(
  { object, reference, namespace }: Workload,
  hpa: HorizontalPodAutoscaler | undefined,
): Pick<FindingDraft, 'fix' | 'advice'> {
  const note = say`Check that two instances may run side by side, and add a PodDisruptionBudget.`
  if (hpa !== undefined) {
    const patch = JSON.stringify({ spec: { minReplicas: 2 } })
    return { advice: [say`kubectl -n ${namespace} patch hpa ${hpa.metadata.name} -p '${patch}'`, note] }
  }
  const op =
    object !== undefined && isKind(object, 'Deployment') && object.spec.replicas === undefined
      ? 'add'
      : 'replace'
  return {
    fix: {
      edits: [{ kind: 'patch', reference, operations: [{ op, path: '/spec/replicas', value: 2 }] }],
      note,
    },
  }
}
