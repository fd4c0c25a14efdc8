import type { Network } from '../../network/network.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { HorizontalPodAutoscaler } from '../../snapshot/kinds/horizontal-pod-autoscaler.ts'
import type { TextMap } from '../../snapshot/kinds/json.ts'
import type { ManagedFields } from '../../snapshot/kinds/kind.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { say, type Text } from '../text.ts'

/**
 * Labels and annotations of tools that scale to zero on purpose and wake the workload again: KEDA, Knative,
 * kube-downscaler, kube-green, Snorlax, Sablier, loft's sleep mode, OpenShift's idling.
 */
const sleepers =
  /^(downscaler|kube-green|[\w-]*\.?kube-green\.(com|dev)|snorlax|sablier|serving\.knative\.dev|autoscaling\.knative\.dev|autoscaling\.keda\.sh|scaledobject\.keda\.sh|http\.keda\.sh|sleepmode\.loft\.sh|idling\.alpha\.openshift\.io)[./]/

const sleepingManagers = /keda|downscaler|kube-green|snorlax|sablier|knative|idler|sleep/i

/** The autoscaler of a workload, when it could be read. */
export function autoscalerOf(workload: Workload, network: Network): HorizontalPodAutoscaler | undefined {
  const { kind, name } = workload.reference
  return network.inventory
    .list('HorizontalPodAutoscaler', workload.namespace)
    .items.find(({ spec }) => spec.scaleTargetRef.kind === kind && spec.scaleTargetRef.name === name)
}

/** Who owns `spec.replicas` of a workload by its managedFields, the last one if several; as `metadata.managedFields[i]`. */
export function replicasWriter(
  workload: Workload,
): { readonly entry: ManagedFields; readonly field: string } | undefined {
  const entries = (workload.object?.metadata.managedFields ?? []).map((entry, index) => ({
    entry,
    field: `metadata.managedFields[${index}].manager`,
  }))
  return entries
    .filter(({ entry }) => entry.fieldsV1 !== undefined)
    .sort((a, b) => ((a.entry.time ?? '') < (b.entry.time ?? '') ? 1 : -1))[0]
}

/** Why a workload at zero is meant to be there, in words; `undefined` when nothing says so. */
export function asleepOnPurpose(workload: Workload, network: Network): Text | undefined {
  const hpa = autoscalerOf(workload, network)
  const namespace = network.inventory.get('Namespace', '', workload.namespace).items[0]
  const key = [
    workload.object?.metadata.annotations,
    workload.object?.metadata.labels,
    hpa?.metadata.labels,
    namespace?.metadata.annotations,
  ].flatMap((map) => sleeperIn(map) ?? [])[0]
  if (key !== undefined) return say`${key} lets it sleep`
  if (hpa !== undefined && hpa.spec.minReplicas === 0) return say`${referenceTo(hpa)} has minReplicas 0`
  const manager = replicasWriter(workload)?.entry.manager
  if (manager !== undefined && sleepingManagers.test(manager)) return say`it was put to sleep by ${manager}`
  return undefined
}

function sleeperIn(map: TextMap | undefined): string | undefined {
  return Object.keys(map ?? {}).find((key) => sleepers.test(key))
}
