import type { TextMap } from '../../snapshot/kinds/json.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { proxiesOf } from '../routes/controllers.ts'
import type { Client } from '../traffic/connection.ts'
import { isDeleting, isFinished, podAddresses } from '../workloads/pods.ts'
import { templatePod } from '../workloads/stand-ins.ts'
import type { Workload } from '../workloads/workload.ts'

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
  return clientWorkloads(client).flatMap((workload) => podsOf(workload, byAddress, self))
}

/** The workloads whose pods open the connections of a client: of a route, those of what serves it. */
export function clientWorkloads(client: Client): readonly Workload[] {
  if (client.kind === 'workload') return [client.workload]
  return client.kind === 'route' ? [...new Set(client.backend.servedBy.flatMap(proxiesOf))] : []
}

function podsOf(workload: Workload, byAddress: boolean, self: Pod | undefined): readonly ClientPods[] {
  const running = workload.pods.filter((pod) => !isFinished(pod) && !isDeleting(pod))
  if (running.length === 0) {
    const pod = templatePod(workload)
    return pod === undefined ? [] : [{ pod, count: 1 }]
  }
  const groups = Map.groupBy(running, (pod) =>
    pod.metadata.name === self?.metadata.name
      ? 'self'
      : byAddress || pod.spec.hostNetwork === true
        ? `${lookOf(pod)} ${pod.spec.nodeName} ${podAddresses(pod).join()}`
        : lookOf(pod),
  )
  return [...groups.values()].flatMap((pods) => {
    const [pod] = pods
    return pod === undefined ? [] : [{ pod, count: pods.length }]
  })
}

const looks = new WeakMap<Pod, string>()
const numbers = new Map<string, string>()

const labelTexts = new WeakMap<TextMap, string>()

/** Labels in order of their keys. The pods of a workload share one object. */
function labelsText(labels: TextMap): string {
  const known = labelTexts.get(labels)
  if (known !== undefined) return known
  const text = JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)))
  labelTexts.set(labels, text)
  return text
}

/** What policies can tell pods apart by, but addresses and nodes: namespace, labels, named ports, service account, address families. */
export function lookOf(pod: Pod): string {
  const known = looks.get(pod)
  if (known !== undefined) return known
  const { metadata, spec } = pod
  const look = JSON.stringify([
    metadata.namespace,
    labelsText(metadata.labels),
    spec.hostNetwork === true,
    spec.serviceAccountName,
    [...spec.containers, ...spec.initContainers].flatMap(({ ports }) =>
      ports.filter((port) => port.name !== undefined),
    ),
    podAddresses(pod).map((ip) => ip.includes(':')),
  ])
  // A short name for each look: it becomes part of many keys.
  const number = numbers.get(look) ?? `look-${numbers.size}`
  numbers.set(look, number)
  looks.set(pod, number)
  return number
}
