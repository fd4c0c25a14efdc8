import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { kubernetes, moduleBinDir } from '../build/binaries.ts'
import { boot, type Progress } from './boot.ts'
import { removeCgroups } from './cgroups.ts'
import { ClusterError } from './errors.ts'
import { sourceFingerprint } from './fingerprint.ts'
import { interruption } from './interruption.ts'
import { type Kubectl, kubectlFor } from './kubectl.ts'
import { daemonStates, endMachines, machineNames } from './machine.ts'
import { hostInterface } from './network.ts'
import { type ClusterOptions, describeOptions, type SavedOptions, savedOptions } from './options.ts'
import { runDir, runPaths } from './paths.ts'
import { checkMachine } from './preflight.ts'
import { buildPrograms } from './programs.ts'
import { attempt } from './run.ts'
import { restoreSysctls } from './sysctls.ts'

/**
 * Starts the cluster. One that is whole, with the same options and from the same sources, is left alone; anything else is
 * cleared away first.
 */
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
  // A boot that was killed may have a helper left that writes one more file.
  await rm(runDir, { recursive: true, force: true, maxRetries: 5 })
}

/** What is running: options, machines, daemons, and whether the API server answers. */
export interface ClusterStatus {
  /** Undefined while it boots, and after a boot that did not end well. */
  readonly options?: SavedOptions
  readonly machines: readonly string[]
  /** `machine/daemon` -> running. */
  readonly daemons: ReadonlyMap<string, boolean>
  readonly isApiReady: boolean
}

/** Looks at the cluster; all empty when there is none. */
export async function clusterStatus(): Promise<ClusterStatus> {
  const machines = await machineNames()
  if (machines.length === 0) return { machines, daemons: new Map(), isApiReady: false }
  const options = await savedOptions()
  const kubectl = await adminKubectl()
  const ready = await kubectl.attempt(['get', '--raw', '/readyz'], { timeoutMs: 5000 })
  return {
    ...(options && { options }),
    machines,
    daemons: await daemonStates(),
    isApiReady: ready.exitCode === 0,
  }
}

/** The cluster's own kubectl, as its administrator. */
export async function adminKubectl(): Promise<Kubectl> {
  return kubectlFor(join(await moduleBinDir(kubernetes), 'kubectl'), runPaths.adminKubeconfig)
}

async function isUpWith(options: ClusterOptions): Promise<boolean> {
  const { options: saved, daemons, isApiReady } = await clusterStatus()
  if (saved === undefined || !isApiReady || ![...daemons.values()].every(Boolean)) return false
  const isSame =
    describeOptions(saved) === describeOptions(options) && saved.source === (await sourceFingerprint())
  return isSame && (await isWhole())
}

/** A test that was killed may have left a node or cluster DNS broken. */
async function isWhole(): Promise<boolean> {
  const kubectl = await adminKubectl()
  const ready = ['wait', '--for=condition=Ready', 'node', '--all', '--timeout=1s']
  const dns = ['-n', 'kube-system', 'get', 'deployment', 'coredns', '-o', 'jsonpath={.status.readyReplicas}']
  const [nodes, replicas] = await Promise.all([kubectl.attempt(ready), kubectl.attempt(dns)])
  return nodes.exitCode === 0 && replicas.stdout === '2'
}

/** Removing a folder with a mount below it would remove what is mounted. */
async function refuseMounts(): Promise<void> {
  const mounts = (await readFile('/proc/self/mounts', 'utf8'))
    .split('\n')
    .filter((line) => line.includes(` ${runDir}/`))
  if (mounts.length > 0) throw new ClusterError(`mounts are left under ${runDir}:\n${mounts.join('\n')}`)
}
