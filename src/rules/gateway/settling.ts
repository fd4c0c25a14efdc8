import type { Network } from '../../network/network.ts'
import { isLate, isYoung } from '../../network/routes/gateway/trouble.ts'
import type { Condition, ObjectMeta } from '../../snapshot/kinds/kind.ts'

/** Whether an object is so young that its controller may not have looked at it. */
export function isSettling(object: { readonly metadata: ObjectMeta }, network: Network): boolean {
  return isYoung(object, network.inventory)
}

/** Whether a condition changed so lately that it may change again. */
export function isFresh(condition: Condition, network: Network): boolean {
  return isLate(condition, network.inventory)
}
