import { chmod, cp, lstat, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ClusterError } from '../harness/errors.ts'
import { run } from '../harness/run.ts'

/** Copies a module out of Go's module cache into `dir/name`, writable, and returns that folder. */
export async function copyModule(module: string, dir: string, name: string): Promise<string> {
  const copy = join(dir, name)
  await cp(await downloadModule(module), copy, { recursive: true })
  await makeWritable(copy)
  return copy
}

/** Downloads `path@version` with the Go client and returns its (read-only) folder. */
export async function downloadModule(module: string): Promise<string> {
  const downloaded: unknown = JSON.parse(await run(['go', 'mod', 'download', '-json', module], { cwd: '/' }))
  if (typeof downloaded === 'object' && downloaded !== null && 'Dir' in downloaded)
    return String(downloaded.Dir)
  throw new ClusterError(`go mod download ${module} named no folder`)
}

/** Replaces `before`, which must stand in the file exactly once, so that a new version of the file is noticed. */
export async function replaceOnce(file: string, before: string, after: string): Promise<void> {
  const parts = (await readFile(file, 'utf8')).split(before)
  if (parts.length !== 2)
    throw new ClusterError(`${file}: expected exactly one ${before}, found ${parts.length - 1}`)
  await writeFile(file, parts.join(after))
}

async function makeWritable(path: string): Promise<void> {
  const info = await lstat(path)
  if (info.isSymbolicLink()) return
  await chmod(path, info.mode | 0o200)
  if (!info.isDirectory()) return
  for (const name of await readdir(path)) await makeWritable(join(path, name))
}
