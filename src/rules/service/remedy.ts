import type { Edit } from '../../network/edit.ts'
import { controllerOf } from '../../network/workloads/owners.ts'
import type { KubeObject } from '../../snapshot/kinds/kinds.ts'
import type { FindingDraft } from '../finding.ts'
import { say, type Text } from '../text.ts'

/**
 * Edits of a namespaced object as a fix; or, where a controller owns the object and would write it back, the advice to
 * change the owner instead. Without edits: the advice to edit it.
 */
export function remedyOf(
  object: KubeObject,
  edits: readonly Edit[] | undefined,
  note?: Text,
): Pick<FindingDraft, 'fix' | 'advice'> {
  const owner = controllerOf(object)
  const { name, namespace } = object.metadata
  if (owner === undefined) {
    if (edits !== undefined) return { fix: { edits, note } }
    return { advice: [say`kubectl -n ${namespace ?? ''} edit ${object.kind.toLowerCase()} ${name}`] }
  }
  return {
    advice: [
      say`${owner.kind} ${owner.name} writes ${object.kind} ${name} and would undo a change: kubectl -n ${
        namespace ?? ''
      } edit ${owner.kind.toLowerCase()} ${owner.name}`,
    ],
  }
}
