import { applyOperation } from '../../../src/change/json-patch.ts'
import type { Edit } from '../../../src/network/edit.ts'
import type { Inventory } from '../../../src/network/inventory/inventory.ts'
import { Policies } from '../../../src/network/policy/policies.ts'
import { keyOf } from '../../../src/snapshot/snapshot.ts'
import { parsed, type World } from './worlds.ts'

/** The world after an edit of a policy. */
export function patched({ inventory, policies }: World, edit: Edit): World {
  const put = edit.kind === 'create' ? parsed(edit.object) : parsed(changed(edit, inventory))
  const after = inventory.with({ put: [put], remove: [] }, [])
  return { inventory: after, policies: new Policies(after, policies.profile) }
}

function changed(edit: Edit, inventory: Inventory): unknown {
  if (edit.kind !== 'patch') throw new Error(`not a patch: ${edit.kind}`)
  const { namespace = '', name } = edit.reference
  const [policy] = inventory.get('NetworkPolicy', namespace, name).items
  if (policy === undefined) throw new Error(`no policy ${keyOf(edit.reference)}`)
  return edit.operations.reduce<unknown>(applyOperation, policy)
}
