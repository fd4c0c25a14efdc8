import type { ClusterDns } from '../../network/dns/cluster-dns.ts'
import { isDeleting, isFinished, isReady } from '../../network/workloads/pods.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'

/** The pods of cluster DNS that are there to stay. */
export function dnsPods({ workloads }: ClusterDns): readonly Pod[] {
  return workloads.flatMap(({ pods }) => pods.filter((pod) => !isFinished(pod) && !isDeleting(pod)))
}

/** How each pod stands: its Ready condition, and why a container waits or ended. */
export function stateEvidence(pods: readonly Pod[]): readonly Evidence[] {
  return pods.slice(0, 4).flatMap((pod): readonly Evidence[] => {
    const reference = referenceTo(pod)
    const troubled = pod.status.containerStatuses.findIndex(
      ({ state, lastState }) => state.waiting !== undefined || lastState.terminated !== undefined,
    )
    const status = pod.status.containerStatuses[troubled]
    const reason = status?.state.waiting?.reason ?? status?.lastState.terminated?.reason
    return [
      { reference, field: 'status.conditions[Ready]', value: isReady(pod) },
      ...(reason === undefined
        ? []
        : [{ reference, field: `status.containerStatuses[${troubled}].state`, value: reason }]),
    ]
  })
}

/** The ConfigMap with the Corefile, else what runs the pods, else the Service. */
export function configReference(
  { configMap, workloads, service }: ClusterDns,
  otherwise: ObjectReference,
): ObjectReference {
  if (configMap !== undefined) return referenceTo(configMap)
  return workloads[0]?.reference ?? (service === undefined ? otherwise : referenceTo(service))
}

/** Evidence for a line of the Corefile. */
export function lineEvidence({ configMap, key = 'Corefile' }: ClusterDns, line: number): readonly Evidence[] {
  if (configMap === undefined) return []
  const text = (configMap.data[key] ?? '').split('\n')[line - 1]
  return [
    {
      reference: referenceTo(configMap),
      field: `data["${key}"] line ${line}`,
      value: text?.trim().slice(0, 200),
    },
  ]
}

export const firstWorkload = ({ workloads }: ClusterDns): Workload | undefined => workloads[0]
