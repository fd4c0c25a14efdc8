import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { sourceDir } from './paths.ts'

/** The folders that decide what a cluster is made of and how it is booted. */
const folders = ['build', 'go', 'harness', 'manifests']

/** Changes when a cluster that was booted from these sources would be another one: such a cluster is not used again. */
export async function sourceFingerprint(): Promise<string> {
  const hash = createHash('sha256')
  for (const folder of folders) await hashFolder(hash, join(sourceDir, folder))
  return hash.digest('hex').slice(0, 12)
}

/** Feeds the names and contents of all files below the folder to the hash, in a steady order. */
export async function hashFolder(hash: ReturnType<typeof createHash>, dir: string): Promise<void> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const file of files.sort()) hash.update(relative(dir, file)).update(await readFile(file))
}
