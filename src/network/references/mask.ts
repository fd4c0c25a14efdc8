import type { Snapshot } from '../../snapshot/snapshot.ts'
export function maskSnapshot(snapshot: Snapshot): Snapshot {
  return snapshot
}
