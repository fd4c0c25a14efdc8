import { extentOf } from '../network/inventory/extent.ts'
import type { Network } from '../network/network.ts'
import { count } from './words.ts'

/** Where workloads were looked for: never "none" without saying where. */
export function lookedInto({ inventory, workloads }: Network): string {
  if (inventory.snapshot.coverage.declared) return 'these files'
  if (inventory.snapshot.coverage.kinds.Pod?.namespaces === 'all') return 'all namespaces'
  const extent = extentOf(inventory)
  return extent === undefined
    ? `${count(workloads.namespaces().length, 'namespace')}, the others were not read`
    : `${extent.namespaces} of ${count(extent.of, 'namespace')}; -A for all`
}
