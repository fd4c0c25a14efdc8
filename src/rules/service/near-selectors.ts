import type { Network } from '../../network/network.ts'
import { selectorOf } from '../../network/services/service-facts.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { TextMap } from '../../snapshot/kinds/json.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { editDistance, isNear, sharesWord } from '../similar.ts'
import { isIdentityKey, isRoleKey, isRuntimeKey } from './runtime-labels.ts'

/** The one step between a selector and a workload's labels. */
export interface NearMiss {
  readonly workload: Workload
  /** wrong-value: the key is there with another value; wrong-key: the value stands under another key; extra-key: neither. */
  readonly slip: 'wrong-value' | 'wrong-key' | 'extra-key'
  readonly key: string
  readonly value: string
  /** What would match: the label of the workload. Absent for `extra-key`. */
  readonly wanted?: { readonly key: string; readonly value: string } | undefined
  readonly isServed: boolean
  /** Only a word in common: may be chance. */
  readonly isVague: boolean
  readonly distance: number
}

/**
 * Workloads of the Service's namespace that its selector misses by one key or value, the likeliest first. A workload
 * that another Service serves already ranks behind one that nobody serves. Empty when the resemblance is so vague that
 * more than two workloads have it.
 */
export function nearSelectors(
  service: Service,
  network: Network,
  workloads: readonly Workload[],
): readonly NearMiss[] {
  const selector = selectorOf(service)
  if (selector === undefined) return []
  const near = workloads
    .flatMap((workload) => nearMiss(selector, service, workload, network) ?? [])
    .sort(compare)
  const isChance = near.length > 2 && near.every((miss) => miss.isVague)
  return isChance ? [] : near
}

/** Whether two near misses are equally likely, so that neither may be picked. */
export function areEquallyNear(a: NearMiss, b: NearMiss): boolean {
  return a.isServed === b.isServed && a.isVague === b.isVague && a.distance === b.distance
}

function compare(a: NearMiss, b: NearMiss): number {
  return (
    Number(a.isServed) - Number(b.isServed) ||
    Number(a.isVague) - Number(b.isVague) ||
    a.distance - b.distance ||
    (a.workload.key < b.workload.key ? -1 : 1)
  )
}

function nearMiss(
  selector: TextMap,
  service: Service,
  workload: Workload,
  network: Network,
): NearMiss | undefined {
  const { kind, name } = workload.reference
  if (kind === 'Job' || kind === 'CronJob') return undefined
  const off = Object.entries(selector).filter(([key, value]) => workload.labels[key] !== value)
  const [first] = off
  if (first === undefined || off.length > 1 || isRuntimeKey(first[0])) return undefined
  const [key, value] = first
  const others = network.services
    .selecting(workload)
    .items.filter((other) => other.metadata.name !== service.metadata.name)
  const common = { workload, key, value, isServed: others.length > 0, isVague: false }
  const isNamedAlike = isNear(service.metadata.name, name)
  const seen = workload.labels[key]
  if (seen !== undefined) {
    const distance = editDistance(value, seen)
    const wrongValue = { ...common, slip: 'wrong-value', wanted: { key, value: seen }, distance } as const
    // The application is the right one and only its version, track or tier is another.
    const isSameApplication =
      !isIdentityKey(key) && Object.keys(selector).some((other) => other !== key && isIdentityKey(other))
    if (isSameApplication) return wrongValue
    if (!isNear(value, seen) && !isNamedAlike) return undefined
    return {
      ...wrongValue,
      isVague: distance > 2 && (sharesWord(value, seen) || service.metadata.name !== name),
    }
  }
  const other = Object.entries(workload.labels).find(([, label]) => label === value)
  if (other !== undefined) {
    return {
      ...common,
      slip: 'wrong-key',
      wanted: { key: other[0], value },
      distance: editDistance(key, other[0]),
    }
  }
  const isAnchored = Object.keys(selector).length > 1 && !isIdentityKey(key)
  // An operator writes such a label on the pod that leads: its absence is no slip in the selector.
  if (!isAnchored || (isRoleKey(key) && kind !== 'Deployment')) return undefined
  return isNamedAlike || others.length === 0 ? { ...common, slip: 'extra-key', distance: 0 } : undefined
}
