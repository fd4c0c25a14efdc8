import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { kubernetes, moduleBinDir } from '../build/binaries.ts'
import { boot, type Progress } from './boot.ts'
import { removeCgroups } from './cgroups.ts'
import { ClusterError } from './errors.ts'
import { interruption } from './interruption.ts'
import { type Kubectl, kubectlFor } from './kubectl.ts'
import { daemonStates, endMachines } from './machine.ts'
import { hostInterface } from './network.ts'
import { type ClusterOptions, describeOptions, savedOptions } from './options.ts'
import { runDir, runPaths } from './paths.ts'
import { recordedNames } from './pids.ts'
import { checkMachine } from './preflight.ts'
import { buildPrograms } from './programs.ts'
import { attempt } from './run.ts'
import { restoreSysctls } from './sysctls.ts'

/** Starts the cluster. A running one with the same options is left alone; anything else is cleared away first. */
export async function bringUp(options: ClusterOptions, progress: Progress): Promise<void> {
  if (await isUpWith(options)) {
    progress('already up')
    return
  }
  await checkMachine()
  const programs = await buildPrograms(options)
  progress('programs and images')
  await tearDown()
  try {
    await boot(programs, options, progress)
  } catch (error) {
    throw interruption()?.aborted ? error : await withEndedDaemons(error)
  }
}

/** A failed boot is left as it is, to look into: its error names the daemons that ended, and where the logs are. */
async function withEndedDaemons(cause: unknown): Promise<ClusterError> {
  const ended = [...(await daemonStates())].filter(([, isRunning]) => !isRunning).map(([daemon]) => daemon)
  const daemons = ended.length === 0 ? 'all daemons run' : `ended: ${ended.join(', ')}`
  const why = cause instanceof Error ? cause.message : String(cause)
  return new ClusterError(
    `${why}\n${daemons}; logs are in ${runPaths.logs}; cluster:down removes what is there`,
    { cause },
  )
}

/** Ends the cluster and removes everything of it but the cache of programs and images. Does nothing where nothing is. */
export async function tearDown(): Promise<void> {
  await endMachines()
  await attempt(['ip', 'link', 'del', hostInterface])
  await removeCgroups()
  await restoreSysctls()
  await refuseMounts()
  await rm(runDir, { recursive: true, force: true })
}

/** What is running: options, daemons, and whether the API server answers. */
export interface ClusterStatus {
  readonly options?: ClusterOptions
  /** `machine/daemon` -> running. */
  readonly daemons: ReadonlyMap<string, boolean>
  readonly isApiReady: boolean
}

/** Looks at the cluster; all empty when there is none. */
export async function clusterStatus(): Promise<ClusterStatus> {
  if ((await recordedNames()).length === 0) return { daemons: new Map(), isApiReady: false }
  const options = await savedOptions()
  const kubectl = await adminKubectl()
  const ready = await kubectl.attempt(['get', '--raw', '/readyz'], { timeoutMs: 5000 })
  return { ...(options && { options }), daemons: await daemonStates(), isApiReady: ready.exitCode === 0 }
}

/** The cluster's own kubectl, as its administrator. */
export async function adminKubectl(): Promise<Kubectl> {
  return kubectlFor(join(await moduleBinDir(kubernetes), 'kubectl'), runPaths.adminKubeconfig)
}

async function isUpWith(options: ClusterOptions): Promise<boolean> {
  const status = await clusterStatus()
  if (!status.isApiReady || status.options === undefined) return false
  const allRun = [...status.daemons.values()].every(Boolean)
  return allRun && describeOptions(status.options) === describeOptions(options)
}

/** Removing a folder with a mount below it would remove what is mounted. */
async function refuseMounts(): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .filter((line) => line.includes(` ${runDir}/`))
  if (mounts.length > 0) throw new ClusterError(`mounts are left under ${runDir}:\n${mounts.join('\n')}`)
}
