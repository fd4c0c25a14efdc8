import type { TextMap } from '../../snapshot/kinds/json.ts'
import { isKind, type KubeObject } from '../../snapshot/kinds/kinds.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { PodSpec } from '../../snapshot/kinds/pod-spec.ts'
import type { WorkloadKind, WorkloadObject } from '../../snapshot/kinds/workload.ts'
import { type Gap, keyOf, type ObjectReference } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { LabelIndex } from '../inventory/label-index.ts'
import { memoTable } from '../inventory/memo.ts'
import { joinReads, mapRead, type Read } from '../inventory/read.ts'
import { controllerOf, topOwner } from './owners.ts'
import { standInPods } from './stand-ins.ts'
import { hasStatus, type Workload } from './workload.ts'

const workloadKinds = [
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'ReplicationController',
  'Job',
  'CronJob',
] as const satisfies readonly WorkloadKind[]

const perNamespace = memoTable<Read<Workload>>('workloads')
const podsTable = memoTable<Read<Pod>>('workloads.pods')
const byLabels = memoTable<LabelIndex<Workload>>('workloads.byLabels')
const podsByLabels = memoTable<LabelIndex<Pod>>('workloads.podsByLabels')
const byKey = memoTable<ReadonlyMap<string, Workload>>('workloads.byKey')

/** What runs pods, and the pods that run or would run. */
export class Workloads {
  readonly #inventory: Inventory

  constructor(inventory: Inventory) {
    this.#inventory = inventory
  }

  /** The workloads of a namespace, by key. */
  in(namespace: string): Read<Workload> {
    return this.#inventory.memo.get(perNamespace, namespace, () => this.#collect(namespace))
  }

  /** Namespaces that hold any workload or pod. */
  namespaces(): readonly string[] {
    const kinds = [...workloadKinds, 'Pod' as const]
    return [...new Set(kinds.flatMap((kind) => this.#inventory.namespacesOf(kind)))].sort()
  }

  /** Parts of the cluster that may hold workloads and were not read, in any namespace. */
  unread(): readonly Gap[] {
    return [...workloadKinds, 'Pod' as const].flatMap((kind) => this.#inventory.gaps(kind))
  }

  /** The workload of this key (`Kind/namespace/name`), as a read of none or one. */
  get(namespace: string, key: string): Read<Workload> {
    const all = this.in(namespace)
    const index = this.#inventory.memo.get(
      byKey,
      namespace,
      () => new Map(this.in(namespace).items.map((item) => [item.key, item])),
    )
    const found = index.get(key)
    return mapRead(all, () => (found === undefined ? [] : [found]))
  }

  /** The workload that a pod belongs to. */
  ofPod(pod: Pod): Workload | undefined {
    const key = keyOf(topOwner(pod, this.#inventory).reference)
    return this.get(pod.metadata.namespace ?? '', key).items[0]
  }

  /** Workloads whose pods would carry every pair of the selector. */
  matching(namespace: string, selector: TextMap): Read<Workload> {
    const all = this.in(namespace)
    const index = this.#inventory.memo.get(
      byLabels,
      namespace,
      () => new LabelIndex(this.in(namespace).items, ({ labels }) => labels),
    )
    return mapRead(all, () => index.select(selector))
  }

  /** Those of {@link podsIn} that carry every pair of the selector. */
  podsMatching(namespace: string, selector: TextMap): Read<Pod> {
    const all = this.podsIn(namespace)
    const index = this.#inventory.memo.get(
      podsByLabels,
      namespace,
      () => new LabelIndex(this.podsIn(namespace).items, ({ metadata }) => metadata.labels),
    )
    return mapRead(all, () => index.select(selector))
  }

  /**
   * The pods of a namespace: those observed, and among manifests those that the workloads without pods would make.
   */
  podsIn(namespace: string): Read<Pod> {
    return this.#inventory.memo.get(podsTable, namespace, () => {
      const observed = this.#inventory.list('Pod', namespace)
      if (!this.#inventory.snapshot.coverage.declared) return observed
      const missing = this.in(namespace).items.filter(
        (workload) => workload.pods.length === 0 && !hasStatus(workload),
      )
      return mapRead(observed, (pods) => [...pods, ...missing.flatMap(standInPods)])
    })
  }

  #collect(namespace: string): Read<Workload> {
    const inventory = this.#inventory
    const objects = joinReads<KubeObject>(workloadKinds.map((kind) => inventory.list(kind, namespace)))
    const pods = inventory.list('Pod', namespace)
    const podsByOwner = new Map<string, Pod[]>()
    const found = new Map<string, Workload>()
    for (const pod of pods.items) {
      const owner = topOwner(pod, inventory)
      const key = keyOf(owner.reference)
      const known = podsByOwner.get(key)
      if (known !== undefined) known.push(pod)
      else podsByOwner.set(key, [pod])
    }
    const unread = replicasOfUnread(objects.items, inventory)
    for (const object of [...objects.items, ...pods.items]) {
      if (isKind(object, 'Pod') ? false : controllerOf(object) !== undefined && isOwned(object, inventory))
        continue
      const owner = topOwner(object, inventory)
      const key = keyOf(owner.reference)
      if (found.has(key)) continue
      const workload = describe(
        owner.reference,
        owner.object,
        owner.nearest,
        podsByOwner.get(key) ?? [],
        namespace,
      )
      if (workload === undefined) continue
      found.set(key, owner.object === undefined ? { ...workload, replicas: unread.get(key) } : workload)
    }
    const items = [...found.values()].sort((a, b) => (a.key < b.key ? -1 : 1))
    return { ...joinReads<KubeObject>([objects, pods]), items }
  }
}

/** What the ReplicaSets of owners that we do not read (Argo Rollouts) want together, by the owner's key. */
function replicasOfUnread(objects: readonly KubeObject[], inventory: Inventory): ReadonlyMap<string, number> {
  const wanted = new Map<string, number>()
  for (const object of objects) {
    if (!isKind(object, 'ReplicaSet') || controllerOf(object) === undefined) continue
    const owner = topOwner(object, inventory)
    const key = keyOf(owner.reference)
    if (owner.object === undefined) wanted.set(key, (wanted.get(key) ?? 0) + (object.spec.replicas ?? 1))
  }
  return wanted
}

/** Whether the managing owner of a ReplicaSet or Job is among what we read, and so stands for it. */
function isOwned(object: KubeObject, inventory: Inventory): boolean {
  const owner = topOwner(object, inventory)
  return owner.object !== undefined && owner.object !== object
}

function describe(
  reference: ObjectReference,
  object: KubeObject | undefined,
  nearest: KubeObject,
  pods: readonly Pod[],
  namespace: string,
): Workload | undefined {
  const template = templateOf(object ?? nearest)
  if (template === undefined) return undefined
  return {
    key: keyOf(reference),
    reference,
    namespace,
    object: object !== undefined && (isKind(object, 'Pod') || isWorkloadObject(object)) ? object : undefined,
    labels: template.labels,
    spec: template.spec,
    specPath: template.path,
    replicas: object === undefined ? undefined : replicasOf(object),
    pods,
  }
}

function isWorkloadObject(object: KubeObject): object is Extract<KubeObject, WorkloadObject> {
  return workloadKinds.some((kind) => kind === object.kind)
}

interface Template {
  readonly labels: TextMap
  readonly spec: PodSpec
  readonly path: string
}

function templateOf(object: KubeObject): Template | undefined {
  if (isKind(object, 'Pod')) return { labels: object.metadata.labels, spec: object.spec, path: 'spec' }
  if (!isWorkloadObject(object)) return undefined
  const { template, jobTemplate } = object.spec
  if (jobTemplate !== undefined) {
    const { metadata, spec } = jobTemplate.spec.template
    return { labels: metadata.labels, spec, path: 'spec.jobTemplate.spec.template.spec' }
  }
  if (template === undefined) return undefined
  return { labels: template.metadata.labels, spec: template.spec, path: 'spec.template.spec' }
}

/** Defaults of the API: one replica where the field is absent; DaemonSets count nodes. */
function replicasOf(object: KubeObject): number | undefined {
  if (isKind(object, 'Pod')) return 1
  if (isKind(object, 'DaemonSet')) return object.status.desiredNumberScheduled
  if (isKind(object, 'CronJob')) return undefined
  if (isKind(object, 'Job')) return object.spec.suspend === true ? 0 : 1
  return isWorkloadObject(object) ? (object.spec.replicas ?? 1) : undefined
}
