import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { condition, isReady } from '../../network/workloads/pods.ts'
import type { Node } from '../../snapshot/kinds/node.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { WorkloadObject } from '../../snapshot/kinds/workload.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { troubleIn } from '../endpoint/container-trouble.ts'
import { troubleWords } from '../endpoint/container-words.ts'
import type { Evidence } from '../finding.ts'
import { say, type Text } from '../text.ts'
import { podsOn } from './node-load.ts'

export type DaemonSet = WorkloadObject<'DaemonSet'>

/** A DaemonSet that does not do its work on one node. */
export interface SickAgent {
  readonly daemonSet: DaemonSet
  /** Absent when there is none on the node. */
  readonly pod?: Pod | undefined
  /** What is wrong, after the name of the node: `has no pod of DaemonSet kube-proxy`. */
  readonly words: Text
  readonly evidence: readonly Evidence[]
}

/** The DaemonSets that a test takes, in all namespaces; concludes from absence only when all were read. */
export function daemonSets(network: Network, isMeant: (name: string) => boolean): readonly DaemonSet[] {
  const all = network.inventory.list('DaemonSet')
  const found = all.items.filter(({ metadata }) => isMeant(metadata.name))
  return found.length > 0 ? found : whole(all).filter(({ metadata }) => isMeant(metadata.name))
}

/**
 * What is wrong with a DaemonSet's pod on a node; `undefined` when it is ready, or not meant to run there.
 *
 * @param graceMs how long a pod may be unready before it counts
 */
export function sickAgent(
  daemonSet: DaemonSet,
  node: Node,
  network: Network,
  graceMs: number,
): SickAgent | undefined {
  const namespace = daemonSet.metadata.namespace ?? ''
  const read = network.inventory.list('Pod', namespace)
  // Its status tells enough where its pods were not read.
  if (read.gaps.length > 0 && isReadyEverywhere(daemonSet)) return undefined
  const pods = whole(read).filter((pod) => isOf(pod, daemonSet))
  const [pod] = podsOn(node, network).filter((item) => isOf(item, daemonSet))
  const reference = referenceTo(daemonSet)
  if (pod === undefined) {
    const wanted = daemonSet.status.desiredNumberScheduled ?? 0
    const replacing = pods.some((item) => item.spec.nodeName === node.metadata.name)
    if (replacing || wanted <= pods.length || !isMeantFor(daemonSet, node)) return undefined
    const evidence = [{ reference, field: 'status.desiredNumberScheduled', value: wanted }]
    return { daemonSet, words: say`has no pod of ${reference}`, evidence }
  }
  const ready = condition(pod, 'Ready')
  const unreadyMs = network.inventory.ageMs(ready?.lastTransitionTime ?? pod.metadata.creationTimestamp)
  if (isReady(pod) || (unreadyMs !== undefined && unreadyMs < graceMs)) return undefined
  const trouble = troubleIn(pod, network)
  const why =
    trouble === undefined
      ? say`it is not ready (${ready?.message ?? ready?.reason ?? 'Ready is not True'})`
      : troubleWords(trouble)
  const evidence = [
    { reference: referenceTo(pod), field: 'status.conditions[type=Ready].status', value: ready?.status },
  ]
  return { daemonSet, pod, words: say`runs ${referenceTo(pod)} of ${reference}, and ${why}`, evidence }
}

function isReadyEverywhere({ status, metadata }: DaemonSet): boolean {
  const { desiredNumberScheduled, numberReady, observedGeneration } = status
  const isCurrent = metadata.generation === undefined || observedGeneration === metadata.generation
  return isCurrent && desiredNumberScheduled !== undefined && numberReady === desiredNumberScheduled
}

function isOf({ metadata }: Pod, { metadata: { name, uid } }: DaemonSet): boolean {
  return metadata.ownerReferences.some(
    (owner) =>
      owner.kind === 'DaemonSet' &&
      owner.name === name &&
      (uid === undefined || owner.uid === undefined || owner.uid === uid),
  )
}

function isMeantFor({ spec }: DaemonSet, { metadata }: Node): boolean {
  const wanted = Object.entries(spec.template?.spec.nodeSelector ?? {})
  return wanted.every(([key, value]) => metadata.labels[key] === value)
}

/** Commands that show what is wrong with it. */
export function agentAdvice({ daemonSet, pod }: SickAgent): readonly Text[] {
  const namespace = daemonSet.metadata.namespace ?? ''
  return pod === undefined
    ? [say`kubectl -n ${namespace} describe daemonset ${daemonSet.metadata.name}`]
    : [
        say`kubectl -n ${namespace} describe pod ${pod.metadata.name}`,
        say`kubectl -n ${namespace} logs ${pod.metadata.name} --tail=50`,
      ]
}
