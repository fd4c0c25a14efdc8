import { isKind, parseObject } from '../../snapshot/kinds/kinds.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Workload } from './workload.ts'

/** More pods of one workload than this change no answer, and a manifest may ask for thousands. */
const mostStandIns = 100

/**
 * The pods that controllers would make for a workload, without status: used where there are none to observe
 * (manifests) and for what a fix would start. A DaemonSet gets one, for its nodes are not known here.
 */
export function standInPods(workload: Workload): readonly Pod[] {
  const { kind, name, namespace } = workload.reference
  if (kind === 'Pod' || kind === 'CronJob') return []
  const count = Math.min(workload.replicas ?? 1, mostStandIns)
  return Array.from({ length: count }, (_, index) =>
    standIn(workload, `${name}-${index}`, namespace ?? ''),
  ).filter((pod) => pod !== undefined)
}

/** A pod as the template makes it, without status: for a client that has no pod now, such as a CronJob between runs. */
export function templatePod(workload: Workload): Pod | undefined {
  const { name, namespace } = workload.reference
  return standIn(workload, name, namespace ?? '')
}

function standIn(workload: Workload, name: string, namespace: string): Pod | undefined {
  const { apiVersion, kind, name: owner } = workload.reference
  const pod = parseObject({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { ...workload.labels },
      ownerReferences: [{ apiVersion, kind, name: owner, controller: true }],
    },
    spec: workload.spec,
  })
  return pod !== undefined && isKind(pod, 'Pod') ? pod : undefined
}
