import { eventsAbout, firstSeen } from '../../network/inventory/events.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { condition, isDeleting, isFinished, podAddresses } from '../../network/workloads/pods.ts'
import { hasStatus, type Workload } from '../../network/workloads/workload.ts'
import type { Event } from '../../snapshot/kinds/event.ts'
import type { Condition } from '../../snapshot/kinds/kind.ts'
import { isKind, type KubeObject } from '../../snapshot/kinds/kinds.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'
import { wantedReplicas } from './wanted-replicas.ts'

/** What keeps pods of a workload from running, and who said so. */
export interface Hindrance {
  /** not-created: the API server refuses them; unscheduled: no node takes them; not-set-up: the node cannot start them. */
  readonly kind: 'not-created' | 'unscheduled' | 'not-set-up' | 'no-node' | 'outdated' | 'unexplained'
  /** The words of the controller, the scheduler or the kubelet: untrusted. */
  readonly message?: string | undefined
  readonly evidence: readonly Evidence[]
  /** When it was first so; absent when nothing dates it. */
  readonly since?: string | undefined
  /** How many pods it keeps from running, when they exist. */
  readonly pods: readonly Pod[]
}

const setUpReasons = ['FailedCreatePodSandBox', 'NetworkNotReady', 'FailedMount', 'FailedAttachVolume']

/**
 * Why pods that a workload wants do not run; `undefined` when all that it wants exist and have an address.
 *
 * @throws UnknownVerdict when the pods of its namespace were not read
 */
export function hindranceOf(workload: Workload, network: Network): Hindrance | undefined {
  whole(network.inventory.list('Pod', workload.namespace))
  const living = workload.pods.filter((pod) => !isFinished(pod) && !isDeleting(pod))
  const wanted = wantedReplicas(workload)
  const isShort = wanted === undefined || living.length < wanted
  const makers = makersOf(workload, network)
  const refused = refusedNow(makers) ?? (isShort ? refusedLast(makers, network) : undefined)
  if (refused !== undefined) return refused
  const waiting = living.filter(isWaitingForNode)
  const [first] = waiting
  if (first !== undefined) return unscheduled(first, waiting, network)
  const bound = living.filter(isWaitingForSetUp)
  if (bound.length > 0) return notSetUp(bound, network)
  const { inventory } = network
  // Manifests and changed worlds have no pods of their own: what controllers would make stands for them.
  const isDeclared = inventory.snapshot.coverage.declared && !hasStatus(workload)
  const mayBeEmpty = isDeclared || inventory.simulated.has(workload.namespace)
  return living.length === 0 && !mayBeEmpty ? nothingThere(workload) : undefined
}

/** Pods exist and have other labels than the template: an older one made them. */
export function outdated(workload: Workload): Hindrance {
  const [pod] = workload.pods
  const evidence =
    pod === undefined
      ? []
      : [{ reference: referenceTo(pod), field: 'metadata.labels', value: labelText(pod) }]
  return { kind: 'outdated', evidence, pods: workload.pods }
}

function labelText(pod: Pod): string {
  return Object.entries(pod.metadata.labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(',')
}

const isWaitingForNode = (pod: Pod): boolean =>
  pod.spec.nodeName === undefined &&
  (pod.status.phase === 'Pending' || condition(pod, 'PodScheduled')?.status === 'False')

/** Bound to a node and without address. Containers that wait for an image or their config are another rule's. */
function isWaitingForSetUp(pod: Pod): boolean {
  if (pod.spec.nodeName === undefined || podAddresses(pod).length > 0 || pod.status.phase !== 'Pending')
    return false
  const reasons = [...pod.status.containerStatuses, ...pod.status.initContainerStatuses].flatMap(
    ({ state }) => state.waiting?.reason ?? [],
  )
  return reasons.every((reason) => reason === 'ContainerCreating' || reason === 'PodInitializing')
}

/** The controller cannot create a pod: its ReplicaFailure condition. */
function refusedNow(makers: readonly KubeObject[]): Hindrance | undefined {
  for (const maker of makers) {
    const index = conditionsOf(maker).findIndex(
      ({ type, status }) => type === 'ReplicaFailure' && status === 'True',
    )
    const found = conditionsOf(maker)[index]
    if (found === undefined) continue
    const evidence = [
      { reference: referenceTo(maker), field: `status.conditions[${index}].message`, value: found.message },
    ]
    return {
      kind: 'not-created',
      message: found.message,
      evidence,
      since: found.lastTransitionTime,
      pods: [],
    }
  }
  return undefined
}

/** The controller could not create a pod when it last tried: its FailedCreate event. StatefulSets have no condition. */
function refusedLast(makers: readonly KubeObject[], network: Network): Hindrance | undefined {
  const last = makers.flatMap((maker) => eventsOf(maker, ['FailedCreate'], network))[0]
  return last === undefined ? undefined : { ...fromEvent('not-created', last, []), since: firstSeen(last) }
}

/** The workload and, for a Deployment, its ReplicaSets that want pods: the one that makes them carries the event. */
function makersOf(workload: Workload, network: Network): readonly KubeObject[] {
  const { object } = workload
  if (object === undefined || isKind(object, 'Pod')) return []
  const { uid } = object.metadata
  const sets = uid === undefined ? [] : network.inventory.ownedBy('ReplicaSet', workload.namespace, uid).items
  return [object, ...sets.filter((set) => (set.spec.replicas ?? 1) > 0)]
}

function conditionsOf(object: KubeObject): readonly Condition[] {
  return 'status' in object && 'conditions' in object.status ? object.status.conditions : []
}

function unscheduled(pod: Pod, waiting: readonly Pod[], network: Network): Hindrance {
  const index = pod.status.conditions.findIndex(
    ({ type, status }) => type === 'PodScheduled' && status === 'False',
  )
  const said = pod.status.conditions[index]
  const since = pod.metadata.creationTimestamp
  if (said?.message !== undefined) {
    const evidence = [
      { reference: referenceTo(pod), field: `status.conditions[${index}].message`, value: said.message },
    ]
    return { kind: 'unscheduled', message: said.message, evidence, since, pods: waiting }
  }
  const last = eventsOf(pod, ['FailedScheduling'], network)[0]
  if (last !== undefined) return { ...fromEvent('unscheduled', last, waiting), since }
  return {
    kind: 'unscheduled',
    evidence: [{ reference: referenceTo(pod), field: 'spec.nodeName', value: undefined }],
    since,
    pods: waiting,
  }
}

function notSetUp(pods: readonly Pod[], network: Network): Hindrance | undefined {
  const [pod] = pods
  if (pod === undefined) return undefined
  const since = pod.metadata.creationTimestamp
  const last = eventsOf(pod, setUpReasons, network)[0]
  if (last !== undefined) return { ...fromEvent('not-set-up', last, pods), since }
  return {
    kind: 'not-set-up',
    evidence: [{ reference: referenceTo(pod), field: 'status.podIP', value: undefined }],
    since,
    pods,
  }
}

/** No pod, and no failure: a DaemonSet that no node suits, or a controller that does not act. */
function nothingThere(workload: Workload): Hindrance {
  const { object, reference } = workload
  const since = object?.metadata.creationTimestamp
  if (reference.kind === 'DaemonSet' && workload.replicas === 0) {
    return {
      kind: 'no-node',
      evidence: [{ reference, field: 'status.desiredNumberScheduled', value: 0 }],
      since,
      pods: [],
    }
  }
  return {
    kind: 'unexplained',
    evidence: [{ reference, field: 'spec.replicas', value: workload.replicas }],
    since,
    pods: [],
  }
}

/** Events about an object with these reasons, the newest first. */
function eventsOf(object: KubeObject, reasons: readonly string[], network: Network): readonly Event[] {
  return eventsAbout(object, network.inventory).items.filter(
    ({ reason }) => reason !== undefined && reasons.includes(reason),
  )
}

function fromEvent(kind: Hindrance['kind'], event: Event, pods: readonly Pod[]): Hindrance {
  return {
    kind,
    message: event.message,
    evidence: [{ reference: referenceTo(event), field: 'message', value: event.message }],
    pods,
  }
}
