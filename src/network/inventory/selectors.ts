import type { TextMap } from '../../snapshot/kinds/json.ts'
import type { LabelSelector } from '../../snapshot/kinds/kind.ts'

/** Whether labels carry every pair of a plain selector (Service, ReplicationController). */
export function hasLabels(labels: TextMap, pairs: TextMap): boolean {
  for (const key of Object.keys(pairs)) if (labels[key] !== pairs[key]) return false
  return true
}

/**
 * metav1.LabelSelector: matchLabels and matchExpressions are ANDed; NotIn and DoesNotExist match an absent key; an
 * empty selector matches all. Source: apimachinery, labels/selector.go.
 *
 * @returns `undefined` when the selector has an operator that we do not know
 */
export function matchesSelector(labels: TextMap, selector: LabelSelector): boolean | undefined {
  if (!hasLabels(labels, selector.matchLabels)) return false
  for (const { key, operator, values } of selector.matchExpressions) {
    const value = labels[key]
    switch (operator) {
      case 'In':
        if (value === undefined || !values.includes(value)) return false
        break
      case 'NotIn':
        if (value !== undefined && values.includes(value)) return false
        break
      case 'Exists':
        if (value === undefined) return false
        break
      case 'DoesNotExist':
        if (value !== undefined) return false
        break
      default:
        return undefined
    }
  }
  return true
}
