import type { OwnerReference } from '../../snapshot/kinds/kind.ts'
import type { KubeObject } from '../../snapshot/kinds/kinds.ts'
import { isKindName } from '../../snapshot/kinds/kinds.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'

/** The owner that manages the object, if any. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences.find((owner) => owner.controller === true)
}

export interface TopOwner {
  readonly reference: ObjectReference
  /** Absent when the owner is of a kind that we do not read, or could not be read. */
  readonly object?: KubeObject | undefined
  /** The last object of the chain that was read, which has the template if the owner was not. */
  readonly nearest: KubeObject
}

/** Owners of owners; deeper chains do not exist, but an operator may make a loop. */
const deepest = 6

/**
 * Follows controller references to the top: pod -> ReplicaSet -> Deployment. A static pod's Node is not followed: it
 * says where the pod's file lies, not what manages it.
 */
export function topOwner(object: KubeObject, inventory: Inventory): TopOwner {
  let nearest = object
  for (let depth = 0; depth < deepest; depth++) {
    const owner = controllerOf(nearest)
    if (owner === undefined || owner.kind === 'Node')
      return { reference: referenceTo(nearest), object: nearest, nearest }
    const namespace = nearest.metadata.namespace
    const found =
      isKindName(owner.kind) && namespace !== undefined
        ? inventory.get(owner.kind, namespace, owner.name).items[0]
        : undefined
    const deployment = found === undefined ? deploymentBehind(owner, nearest, inventory) : undefined
    if (found === undefined && deployment === undefined) {
      return {
        reference: { apiVersion: owner.apiVersion, kind: owner.kind, namespace, name: owner.name },
        nearest,
      }
    }
    nearest = found ?? deployment ?? nearest
  }
  return { reference: referenceTo(nearest), object: nearest, nearest }
}

/**
 * The Deployment behind a ReplicaSet that was not read, by the way in which the Deployment controller names and labels
 * what it makes: `NAME-HASH` and `pod-template-hash=HASH`.
 */
function deploymentBehind(
  owner: OwnerReference,
  { metadata }: KubeObject,
  inventory: Inventory,
): KubeObject | undefined {
  const { namespace, labels } = metadata
  const suffix = `-${labels['pod-template-hash'] ?? ''}`
  if (owner.kind !== 'ReplicaSet' || namespace === undefined || suffix === '-') return undefined
  if (!owner.name.endsWith(suffix) || inventory.gaps('ReplicaSet', namespace).length === 0) return undefined
  return inventory.get('Deployment', namespace, owner.name.slice(0, -suffix.length)).items[0]
}
