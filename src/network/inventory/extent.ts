import type { Inventory } from './inventory.ts'

/** In how many of the cluster's namespaces was read. */
export interface Extent {
  readonly namespaces: number
  readonly of: number
}

/**
 * How much was read of a cluster that is too large to be read whole for one question; `undefined` where all of it was
 * read, where something else than its size was the reason, and for files.
 */
export function extentOf(inventory: Inventory): Extent | undefined {
  const { coverage, server } = inventory.snapshot
  if (server.context === undefined && server.version === undefined) return undefined
  const read = coverage.kinds.Pod?.namespaces
  const isBySize = inventory.gaps('Pod').every(({ why }) => why === 'not-asked')
  const all = inventory.list('Namespace')
  if (read === undefined || read === 'all' || !isBySize || all.gaps.length > 0) return undefined
  return { namespaces: read.length, of: all.items.length }
}
