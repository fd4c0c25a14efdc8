import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'
import { selectorOf } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence, Severity } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { counted, say, word } from '../text.ts'
import { isRollingOut } from './settling.ts'
import { onePerPod, unreadyEvidence } from './unready-endpoints.ts'

export default defineRule({
  id: 'endpoint/only-terminating',
  title: 'Service whose endpoints are all being deleted',
  subject: 'Service',
  severity: 'warning',
  explains: ['no-ready-endpoints'],
  docs: {
    means:
      'Every pod behind the Service is going away. While they still serve, they get the traffic; after that nobody does.',
    why: 'All replicas were deleted or evicted at once, and no new one is ready.',
    proof: '`endpoints[].conditions.terminating` is true in every slice; the pods have a deletionTimestamp.',
    fix: 'Find out who deletes them; keep some by more replicas and a PodDisruptionBudget.',
    falseAlarmWhen:
      'Silent while they serve within their grace period. A warning while they serve beyond it, and while a moment ' +
      'without any pod may be part of a replacement, a note during a rollout within its deadline; an error once the grace period is over and nobody serves.',
  },
  check(service, network) {
    if (selectorOf(service) === undefined) return undefined
    const endpoints = onePerPod(whole(network.services.endpoints(service)))
    if (endpoints.length === 0 || !endpoints.every(({ terminating, ready }) => terminating && !ready))
      return undefined
    const serving = endpoints.filter((endpoint) => endpoint.serving)
    const isOverdue = endpoints.every((endpoint) => isPastGrace(endpoint, network))
    if (serving.length > 0 && !isOverdue) return undefined
    const severity = severityOf(endpoints, isOverdue, network)
    const namespace = service.metadata.namespace ?? ''
    return {
      proof: 'proven',
      severity,
      place: place.service(service),
      summary: say`${referenceTo(service)} has only pods that are being deleted: ${counted(endpoints.length, 'endpoint')}, ${word(serving.length === 0 ? 'none serves any more' : `${serving.length} of them still serving`)}`,
      detail: isOverdue
        ? word(
            'Their grace period is over: something holds them, such as a finalizer or a node that does not answer.',
          )
        : word('New pods are not there yet.'),
      evidence: [...unreadyEvidence(endpoints, network), ...endpoints.slice(0, 3).flatMap(deletionEvidence)],
      advice: [say`kubectl -n ${namespace} get pods -o wide`],
    }
  },
})

/** A gap within the deadline of a rollout is by design; after the grace period, with nobody serving, traffic fails. */
function severityOf(endpoints: readonly Endpoint[], isOverdue: boolean, network: Network): Severity {
  if (isOverdue) return endpoints.some(({ serving }) => serving) ? 'warning' : 'error'
  const workloads = endpoints.flatMap(({ pod }) => (pod && network.workloads.ofPod(pod)) ?? [])
  return workloads.length > 0 && workloads.every(isRollingOut) ? 'note' : 'warning'
}

/** `deletionTimestamp` is the time at which the grace period ends. */
function isPastGrace({ pod }: Endpoint, network: Network): boolean {
  return (network.inventory.ageMs(pod?.metadata.deletionTimestamp) ?? -1) > 0
}

function deletionEvidence({ pod }: Endpoint): readonly Evidence[] {
  if (pod === undefined) return []
  return [
    {
      reference: referenceTo(pod),
      field: 'metadata.deletionTimestamp',
      value: pod.metadata.deletionTimestamp,
    },
  ]
}
