import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ClusterError } from './errors.ts'
import { cacheDir } from './paths.ts'
import { startTimeOf } from './pids.ts'
import { checkUser } from './preflight.ts'

const lockFile = join(cacheDir, 'lock')

/**
 * Does `work` while no other command of the harness starts or ends the cluster. A lock whose owner has died is taken
 * over. Throws a ClusterError for another user than root, before anything is written.
 */
export async function withLock(work: () => Promise<void>): Promise<void> {
  checkUser()
  await mkdir(cacheDir, { recursive: true })
  await dropStaleLock()
  const ours = `${lockFile}.${process.pid}`
  await writeFile(ours, `${process.pid} ${await startTimeOf(process.pid)}\n`)
  try {
    await link(ours, lockFile)
  } catch (error) {
    throw new ClusterError(`another command is at work on this cluster (${lockFile})`, { cause: error })
  } finally {
    await rm(ours, { force: true })
  }
  try {
    await work()
  } finally {
    await rm(lockFile, { force: true })
  }
}

async function dropStaleLock(): Promise<void> {
  const [pid, startTime] = (await readFile(lockFile, 'utf8').catch(() => '')).trim().split(' ')
  if (startTime !== undefined && (await startTimeOf(Number(pid))) === startTime) return
  await rm(lockFile, { force: true })
}
