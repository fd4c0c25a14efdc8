import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { runPaths } from './paths.ts'
import { waitFor } from './wait.ts'

/** A process as it is recorded: the start time tells it from a later process with the same pid. */
export interface ProcessRecord {
  readonly pid: number
  /** Field 22 of /proc/PID/stat, in clock ticks since boot. */
  readonly startTime: string
}

/** The file that holds the record `PID STARTTIME` of a process. */
export function recordFile(name: string): string {
  return join(runPaths.pids, name)
}

/** Records a running process under a name. Does nothing when it has ended meanwhile. */
export async function recordProcess(name: string, pid: number): Promise<void> {
  const startTime = await startTimeOf(pid)
  if (startTime === undefined) return
  await mkdir(runPaths.pids, { recursive: true })
  await writeFile(recordFile(name), `${pid} ${startTime}\n`)
}

/** The recorded process, if it is still that one and alive. */
export async function runningProcess(name: string): Promise<ProcessRecord | undefined> {
  const content = await readFile(recordFile(name), 'utf8').catch(() => '')
  const [pidText, startTime] = content.trim().split(' ')
  const pid = Number(pidText)
  if (startTime === undefined || !Number.isInteger(pid)) return undefined
  return (await startTimeOf(pid)) === startTime ? { pid, startTime } : undefined
}

/** The names of all records, of ended processes too. */
export async function recordedNames(): Promise<string[]> {
  return (await readdir(runPaths.pids).catch(() => [])).sort()
}

/** Ends the recorded process, if it still runs, waits until it is gone, and forgets it. */
export async function endProcess(name: string): Promise<void> {
  const running = await runningProcess(name)
  if (running !== undefined) {
    process.kill(running.pid, 'SIGKILL')
    await waitUntilGone(name, running)
  }
  await rm(recordFile(name), { force: true })
}

/** Waits until the process is gone (or only waits to be reaped). */
export async function waitUntilGone(name: string, { pid, startTime }: ProcessRecord): Promise<void> {
  await waitFor(`${name} (pid ${pid}) to end`, async () => (await startTimeOf(pid)) !== startTime, {
    intervalMs: 20,
  })
}

/** The pids of a process's children. */
export async function childrenOf(pid: number): Promise<number[]> {
  const content = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '')
  return content.split(' ').filter(Boolean).map(Number)
}

/** When a process started; undefined for one that has ended, zombies included. */
export async function startTimeOf(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined)
  if (stat === undefined) return undefined
  const [state, ...fields] = stat.slice(stat.lastIndexOf(') ') + 2).split(' ')
  return state === 'Z' || state === 'X' ? undefined : fields[18]
}
