import type { Condition } from '../../../snapshot/kinds/kind.ts'
import type { Inventory } from '../../inventory/inventory.ts'

interface Observed {
  readonly metadata: { readonly generation?: number | undefined }
}

/**
 * A condition as evidence: of the present spec, and of this very world. What a controller wrote about an older spec, or
 * about the world before an edit, proves nothing.
 *
 * @param of the object that the condition speaks of
 */
export function freshCondition(
  of: Observed,
  conditions: readonly Condition[],
  type: string,
  inventory: Inventory,
): Condition | undefined {
  if (inventory.simulated.size > 0) return undefined
  const found = conditions.find((condition) => condition.type === type)
  return found !== undefined && !isStale(found, of) ? found : undefined
}

/** Whether a condition was written about an older spec. Some controllers never say which one they saw. */
export function isStale({ observedGeneration }: Condition, { metadata: { generation } }: Observed): boolean {
  return observedGeneration !== undefined && generation !== undefined && observedGeneration < generation
}

/** Whether it is the default that the CRD writes, which means that no controller has looked at the object. */
export function isUntouched({ status, reason }: Condition): boolean {
  return status === 'Unknown' && (reason === 'Pending' || reason === 'Waiting' || reason === 'NotReconciled')
}
