import { mkdir, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isUnfinished, writeWhole } from './files.ts'
import { runPaths } from './paths.ts'
import { waitFor } from './wait.ts'

/** A process: the start time tells it from a later process with the same pid. */
export interface ProcessRecord {
  readonly pid: number
  /** Field 22 of /proc/PID/stat, in clock ticks since boot. */
  readonly startTime: string
}

/** A process with its command line. */
export interface RunningProcess extends ProcessRecord {
  readonly argv: readonly string[]
}

/** The file that holds the record `PID STARTTIME` of a process. */
function recordFile(name: string): string {
  return join(runPaths.pids, name)
}

/** Records a running process under a name. Does nothing when it has ended meanwhile. */
export async function recordProcess(name: string, pid: number): Promise<void> {
  const startTime = await startTimeOf(pid)
  if (startTime === undefined) return
  await mkdir(runPaths.pids, { recursive: true })
  await writeWhole(recordFile(name), `${pid} ${startTime}\n`)
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
  const files = await readdir(runPaths.pids).catch(() => [])
  return files.filter((file) => !isUnfinished(file)).sort()
}

/** Ends the recorded process, if it still runs, and waits until it is gone. */
export async function endRecorded(name: string): Promise<void> {
  const running = await runningProcess(name)
  if (running !== undefined) await endProcess(name, running)
}

/** Ends the process and waits until it is gone (or only waits to be reaped). `name` is for the error when it stays. */
export async function endProcess(name: string, { pid, startTime }: ProcessRecord): Promise<void> {
  const isGone = async () => (await startTimeOf(pid)) !== startTime
  if (await isGone()) return
  kill(pid)
  await waitFor(`${name} (pid ${pid}) to end`, isGone, { intervalMs: 20 })
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    // It ended by itself meanwhile.
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}

/** Every process of this computer that has a command line. */
export async function runningProcesses(): Promise<RunningProcess[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number)
  const processes = await Promise.all(pids.map(processOf))
  return processes.flatMap((found) => found ?? [])
}

async function processOf(pid: number): Promise<RunningProcess | undefined> {
  const startTime = await startTimeOf(pid)
  const commandLine = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '')
  if (startTime === undefined || commandLine === '') return undefined
  return { pid, startTime, argv: commandLine.replace(/\0$/, '').split('\0') }
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
