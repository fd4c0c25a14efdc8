import type { Party } from './endpoint.ts'
import type { Policy } from './model.ts'
import type { PolicySet } from './policies.ts'

/** Policies by a label that their subjects must have. */
interface SubjectIndex {
  readonly byLabel: ReadonlyMap<string, ReadonlyMap<string, readonly number[]>>
  /** Those that ask for no label with one certain value. */
  readonly rest: readonly number[]
}

/** Below this, looking at each is faster. */
const few = 8

const indexes = new WeakMap<PolicySet, SubjectIndex>()

/** The NetworkPolicies of a namespace that may select a pod, in their order; all others surely do not. */
export function maySelect(set: PolicySet, { pod }: Party): readonly Policy[] {
  const { policies } = set
  if (policies.length < few || pod === undefined) return policies
  const { byLabel, rest } = indexOf(set)
  const found: number[] = [...rest]
  for (const [key, byValue] of byLabel) {
    const value = pod.metadata.labels[key]
    if (value !== undefined) found.push(...(byValue.get(value) ?? []))
  }
  found.sort((a, b) => a - b)
  return found.flatMap((index) => policies[index] ?? [])
}

function indexOf(set: PolicySet): SubjectIndex {
  const known = indexes.get(set)
  if (known !== undefined) return known
  const byLabel = new Map<string, Map<string, number[]>>()
  const rest: number[] = []
  for (const [index, policy] of set.policies.entries()) {
    const label = labelOf(policy)
    if (label === undefined) {
      rest.push(index)
      continue
    }
    const byValue = byLabel.get(label.key) ?? new Map<string, number[]>()
    byLabel.set(label.key, byValue)
    const all = byValue.get(label.value)
    if (all === undefined) byValue.set(label.value, [index])
    else all.push(index)
  }
  const made: SubjectIndex = { byLabel, rest }
  indexes.set(set, made)
  return made
}

/** A label that every subject of a policy has. A selector that cannot be read may select anything. */
function labelOf({ subject }: Policy): { readonly key: string; readonly value: string } | undefined {
  const { requirements, faults } = subject.pods
  if (faults.length > 0) return undefined
  for (const { key, operator, values } of requirements) {
    const [value] = values
    if (operator === 'In' && values.length === 1 && value !== undefined) return { key, value }
  }
  return undefined
}
