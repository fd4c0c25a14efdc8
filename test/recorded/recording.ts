import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type LoadedFiles, loadFiles } from '../../src/snapshot/files/load.ts'
import { readSources } from '../../src/snapshot/files/sources.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'

const folders = ['fixtures/velocitytech', 'fixtures/scenarios']

/** Every recorded cluster, as paths below the project. */
export const recordings: readonly string[] = folders.flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.json.gz'))
    .sort()
    .map((name) => join(folder, name)),
)

function load(path: string): LoadedFiles {
  return loadFiles(readSources([path]), { isComplete: false, defaultNamespace: 'default' })
}

export function recording(path: string): Snapshot {
  return load(path).snapshot
}
