import type { Edit } from '../network/edit.ts'
import type { ObjectChanges } from '../network/inventory/inventory.ts'
import type { Network } from '../network/network.ts'
import { standInPods } from '../network/workloads/stand-ins.ts'
import { isKindName, type KubeObject, parseObject } from '../snapshot/kinds/kinds.ts'
import { keyOf, type ObjectReference } from '../snapshot/snapshot.ts'
import { applyOperation, inverses } from './json-patch.ts'

/** Two copies of the cluster that differ only by an edit: in both, controllers have done their work. */
export interface ChangedWorld {
  readonly before: Network
  readonly after: Network
  /** Namespaces that the edit can touch. */
  readonly namespaces: readonly string[]
  /** Keys of workloads that would start new pods, of which nobody knows yet whether they become ready. */
  readonly restarted: ReadonlySet<string>
}

/** The object that a reference names, among those that were read. */
export function objectAt(reference: ObjectReference, network: Network): KubeObject | undefined {
  if (!isKindName(reference.kind)) return undefined
  return network.inventory.get(reference.kind, reference.namespace ?? '', reference.name).items[0]
}

function edited(
  edit: Edit,
  network: Network,
): { readonly put?: KubeObject | undefined; readonly remove?: KubeObject | undefined } | undefined {
  switch (edit.kind) {
    case 'create':
      return { put: parseObject(edit.object) }
    case 'delete': {
      const remove = objectAt(edit.reference, network)
      return remove === undefined ? undefined : { remove }
    }
    case 'patch': {
      const object = objectAt(edit.reference, network)
      if (object === undefined) return undefined
      return { put: parseObject(edit.operations.reduce<unknown>(applyOperation, object)) }
    }
  }
}

/**
 * Applies edits to a copy of the network.
 *
 * @returns `undefined` when an edited object is not there, or would not be an object any more
 */
export function changedWorld(edits: readonly Edit[], network: Network): ChangedWorld | undefined {
  const put: KubeObject[] = []
  const remove: KubeObject[] = []
  for (const edit of edits) {
    const result = edited(edit, network)
    if (result?.put === undefined && result?.remove === undefined) return undefined
    if (result.put !== undefined) put.push(result.put)
    if (result.remove !== undefined) remove.push(result.remove)
  }
  const namespaces = [...new Set([...put, ...remove].flatMap((object) => object.metadata.namespace ?? []))]
  const before = network.with({ put: [], remove: [] }, namespaces)
  const restarts = put.flatMap((object) => restart(object, network))
  const changes: ObjectChanges = {
    put: [...put, ...restarts.flatMap(({ pods }) => pods.put)],
    remove: [...remove, ...restarts.flatMap(({ pods }) => pods.remove)],
  }
  return {
    before,
    after: network.with(changes, namespaces),
    namespaces,
    restarted: new Set(restarts.map(({ key }) => key)),
  }
}

/** The pods of an edited workload are replaced by those that it would make. */
function restart(
  object: KubeObject,
  network: Network,
): readonly { readonly key: string; readonly pods: ObjectChanges }[] {
  if (object.kind === 'Pod') return []
  const namespace = object.metadata.namespace ?? ''
  const key = keyOf({ kind: object.kind, namespace, name: object.metadata.name })
  const old = network.workloads.get(namespace, key).items[0]
  if (old === undefined) return []
  const changed = network.with({ put: [object], remove: [] }).workloads.get(namespace, key).items[0]
  if (changed === undefined) return []
  const put = standInPods(changed)
  // The pods of a StatefulSet keep their names: those are replaced, not removed.
  const kept = new Set(put.map((pod) => pod.metadata.name))
  return [{ key, pods: { put, remove: old.pods.filter((pod) => !kept.has(pod.metadata.name)) } }]
}

/** The edits that take these back. Created objects are deleted; a deleted object cannot be given back from here. */
export function undo(edits: readonly Edit[], network: Network): readonly Edit[] | undefined {
  const found = edits.map((edit): Edit | undefined => {
    if (edit.kind === 'create') return { kind: 'delete', reference: edit.reference }
    if (edit.kind === 'delete') return undefined
    const object = objectAt(edit.reference, network)
    if (object === undefined) return undefined
    return { kind: 'patch', reference: edit.reference, operations: inverses(object, edit.operations) }
  })
  const known = found.filter((edit) => edit !== undefined)
  return known.length === edits.length ? known.reverse() : undefined
}
