import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Client } from '../traffic/connection.ts'
import { isDeleting, isFinished } from '../workloads/pods.ts'
import { templatePod } from '../workloads/stand-ins.ts'

/** Pods of a client that look the same to every policy; one of them is judged for all. */
export interface ClientPods {
  readonly pod: Pod
  readonly count: number
}

/**
 * The pods that a client's packets come from, alike ones together: revisions of a template differ in labels, pods on the
 * host network in their node, and pods by their address where a policy names addresses. A workload without pods is
 * judged by the pod that its template would make.
 *
 * @param byAddress whether any policy on the way tells clients apart by address
 * @param self the pod at the other end: where it is one of the client's own, it stands apart from those like it
 * @returns nothing for clients whose pods no object shows
 */
export function clientPods(client: Client, byAddress: boolean, self?: Pod): readonly ClientPods[] {
  if (client.kind !== 'workload') return []
  const { workload } = client
  const running = workload.pods.filter((pod) => !isFinished(pod) && !isDeleting(pod))
  if (running.length === 0) {
    const pod = templatePod(workload)
    return pod === undefined ? [] : [{ pod, count: 1 }]
  }
  const groups = Map.groupBy(running, (pod) =>
    pod.metadata.name === self?.metadata.name ? 'self' : looks(pod, byAddress),
  )
  return [...groups.values()].flatMap((pods) => {
    const [pod] = pods
    return pod === undefined ? [] : [{ pod, count: pods.length }]
  })
}

function looks({ metadata, spec, status }: Pod, byAddress: boolean): string {
  const onHost = spec.hostNetwork === true
  return JSON.stringify([
    Object.entries(metadata.labels).sort(([a], [b]) => (a < b ? -1 : 1)),
    onHost ? (spec.nodeName ?? '') : '',
    byAddress || onHost ? status.podIPs.map(({ ip }) => ip) : status.podIPs.map(({ ip }) => ip.includes(':')),
  ])
}
