import { meets, type Requirement, type Selector } from '../../network/policy/selector.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { TextMap } from '../../snapshot/kinds/json.ts'
import { isIdentityKey, isRuntimeKey } from '../service/runtime-labels.ts'
import { editDistance } from '../similar.ts'

/** A label that a selector misses by one slip. */
export interface LabelMiss {
  readonly requirement: Requirement
  /** What would match. */
  readonly wanted: { readonly key: string; readonly value: string }
  readonly distance: number
}

export interface WorkloadMiss extends LabelMiss {
  readonly workload: Workload
}

/** Values that many applications share: another one of these is a choice, not a slip. */
const choices = new Set(['true', 'false', 'on', 'off', 'yes', 'no'])

/** The one requirement that labels do not meet, where it asks for a value. */
export function onlyMissing(selector: Selector, labels: TextMap): Requirement | undefined {
  const missing = selector.requirements.filter((requirement) => !meets(labels, requirement))
  const [first] = missing
  return missing.length === 1 && first?.operator === 'In' && !isRuntimeKey(first.key) ? first : undefined
}

/**
 * The slip between a selector and labels: all but one requirement hold, and that one has a value that is misspelt, or
 * stands under another key.
 */
export function labelMiss(selector: Selector, labels: TextMap): LabelMiss | undefined {
  const requirement = onlyMissing(selector, labels)
  if (requirement === undefined) return undefined
  const { key, values } = requirement
  const seen = labels[key]
  for (const value of values) {
    if (choices.has(value)) continue
    if (seen !== undefined) {
      const distance = editDistance(value, seen)
      // One letter of few makes another word: `v1` and `v2` are both meant.
      const allowed =
        Math.min(value.length, seen.length) > 4 ? 2 : Math.min(value.length, seen.length) > 2 ? 1 : 0
      if (distance <= allowed && !differByNumber(value, seen))
        return { requirement, wanted: { key, value: seen }, distance }
      continue
    }
    const other = Object.keys(labels).find((name) => labels[name] === value && isAlike(name, key))
    if (other !== undefined)
      return { requirement, wanted: { key: other, value }, distance: editDistance(key, other) }
  }
  return undefined
}

/** `web-1` and `web-2` are two things, not one misspelt. */
function differByNumber(a: string, b: string): boolean {
  return a.replaceAll(/\d+/g, '#') === b.replaceAll(/\d+/g, '#')
}

/** Whether two keys may stand for the same: both say which application it is, or one is misspelt. */
function isAlike(a: string, b: string): boolean {
  return (
    (isIdentityKey(a) && isIdentityKey(b)) ||
    editDistance(a, b) <= 2 ||
    a.endsWith(`/${b}`) ||
    b.endsWith(`/${a}`)
  )
}

/** The workloads that a selector misses by one slip, the nearest first; at most three. */
export function nearWorkloads(selector: Selector, workloads: readonly Workload[]): readonly WorkloadMiss[] {
  return workloads
    .flatMap((workload) => {
      const miss = labelMiss(selector, workload.labels)
      return miss === undefined ? [] : [{ ...miss, workload }]
    })
    .sort((a, b) => a.distance - b.distance || (a.workload.key < b.workload.key ? -1 : 1))
    .slice(0, 3)
}
