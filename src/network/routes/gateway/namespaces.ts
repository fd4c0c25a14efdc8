import type { AllowedNamespaces } from '../../../snapshot/kinds/listener.ts'
import type { Gap } from '../../../snapshot/snapshot.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { matchesSelector } from '../../inventory/selectors.ts'

/** Set by the API server on every Namespace, so that it is known without reading any. */
const nameLabel = 'kubernetes.io/metadata.name'

export type Allowed =
  | { readonly is: 'yes' | 'no' }
  | { readonly is: 'unknown'; readonly gaps: readonly Gap[] }

/**
 * Whether `allowed` lets something of one namespace attach to what lies in another.
 *
 * @param otherwise what an absent `from` means: `Same` for routes, `None` for ListenerSets
 */
export function isNamespaceAllowed(
  allowed: AllowedNamespaces | undefined,
  otherwise: 'Same' | 'None',
  own: string,
  other: string,
  inventory: Inventory,
): Allowed {
  switch (allowed?.from ?? otherwise) {
    case 'All':
      return { is: 'yes' }
    case 'Same':
      return { is: own === other ? 'yes' : 'no' }
    case 'Selector':
      return selects(allowed, other, inventory)
    default:
      return { is: 'no' }
  }
}

/** No selector selects nothing, and neither does one that the API server would refuse. */
function selects(allowed: AllowedNamespaces | undefined, name: string, inventory: Inventory): Allowed {
  const selector = allowed?.selector
  if (selector === undefined) return { is: 'no' }
  const read = inventory.get('Namespace', '', name)
  const [namespace] = read.items
  const labels = { ...namespace?.metadata.labels, [nameLabel]: name }
  const answer = { is: matchesSelector(labels, selector) === true ? 'yes' : 'no' } as const
  if (namespace !== undefined) return answer
  const keys = [...Object.keys(selector.matchLabels), ...selector.matchExpressions.map(({ key }) => key)]
  if (keys.every((key) => key === nameLabel)) return answer
  if (read.gaps.length > 0) return { is: 'unknown', gaps: read.gaps }
  read.open?.noteOpen()
  return answer
}
