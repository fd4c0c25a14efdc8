import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { addresses } from './addresses.ts'
import { ClusterError } from './errors.ts'
import { runPaths } from './paths.ts'
import {
  childrenOf,
  endProcess,
  endRecorded,
  type RunningProcess,
  recordedNames,
  recordProcess,
  runningProcess,
  runningProcesses,
} from './pids.ts'
import { run } from './run.ts'
import { waitFor } from './wait.ts'

/**
 * A machine of the cluster: a network, mount, UTS and PID namespace that its process 1 holds. They have no other name, so
 * ending that process ends the daemons, pods, mounts and network interfaces of the machine with it.
 */
export interface Machine {
  readonly name: string
  /** Its private files on the host. */
  readonly dir: string
  /** Process 1, as the host numbers it. */
  readonly initPid: number
}

const init = join(import.meta.dirname, 'machine-init.sh')
const daemonRecord = (machine: string, daemon: string): string => `daemon-${machine}-${daemon}`

/** Boots a machine with an empty network. */
export async function startMachine(name: string, address: string): Promise<Machine> {
  const dir = join(runPaths.nodes, name)
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, 'resolv.conf'), `nameserver ${addresses.internetDns}\n`)
  await writeFile(join(dir, 'hosts'), `127.0.0.1 localhost\n${address} ${name}\n`)
  const namespaces = ['--net', '--mount', '--propagation', 'private', '--uts', '--pid', '--mount-proc']
  const unshare = inBackground(
    ['unshare', ...namespaces, '--fork', '--kill-child', '--', 'bash', init, name, dir],
    name,
  )
  await waitFor(
    `process 1 of ${name}; see ${runPaths.log(name)}`,
    () => hasEnded(unshare) || existsSync(join(dir, 'ready')),
  )
  return machineNamed(name)
}

/**
 * Every process that boots or holds a machine of this cluster: `unshare`, and process 1 below it. They are known by their
 * arguments, the node's folder among them, so that there is no moment of a boot at which one is not yet recorded, and no
 * record that can get lost.
 */
async function machineProcesses(): Promise<RunningProcess[]> {
  const processes = await runningProcesses()
  return processes.filter(({ argv }) => {
    const script = argv.findIndex((argument) => basename(argument) === basename(init))
    return script !== -1 && dirname(argv[script + 2] ?? '') === runPaths.nodes
  })
}

/** The names of the machines that run. */
export async function machineNames(): Promise<string[]> {
  const names = (await machineProcesses()).map(({ argv }) => basename(argv.at(-1) ?? ''))
  return [...new Set(names)].sort()
}

/** The machine; throws a ClusterError when it is not running. */
export async function machineNamed(name: string): Promise<Machine> {
  const dir = join(runPaths.nodes, name)
  const processes = await machineProcesses()
  const unshare = processes.find(({ argv }) => argv[0] === 'unshare' && argv.at(-1) === dir)
  const [initPid] = unshare === undefined ? [] : await childrenOf(unshare.pid)
  if (initPid === undefined)
    throw new ClusterError(`${name} is not running; its log is ${runPaths.log(name)}`)
  return { name, dir, initPid }
}

/** Ends every machine with all that runs in it. */
export async function endMachines(): Promise<void> {
  for (const running of await machineProcesses()) await endProcess(running.argv.join(' '), running)
}

/** Runs `ip`, `nft` and the like on the machine's network, where pids are those of the host. */
export async function onNetworkOf(
  machine: Machine,
  argv: readonly string[],
  input?: string,
): Promise<string> {
  return run(
    ['nsenter', '-t', String(machine.initPid), '-n', '--', ...argv],
    input === undefined ? {} : { input },
  )
}

/** Starts a daemon inside the machine and records it. Its output goes to a log of its own. */
export async function startDaemon(
  machine: Machine,
  daemon: string,
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const log = `${machine.name}-${daemon}`
  const nsenter = inBackground([...entering(machine), ...argv], log, env)
  const pid = await waitFor(`${daemon} on ${machine.name} to start; see ${runPaths.log(log)}`, async () => {
    if (hasEnded(nsenter)) throw new ClusterError(`it ended with exit code ${nsenter.exitCode}`)
    return nsenter.pid === undefined ? undefined : (await childrenOf(nsenter.pid))[0]
  })
  await recordProcess(daemonRecord(machine.name, daemon), pid)
}

/** Ends one daemon of a machine. Its record stays: until it is started anew, the cluster is not whole. */
export async function stopDaemon(machine: string, daemon: string): Promise<void> {
  await endRecorded(daemonRecord(machine, daemon))
}

async function isDaemonRunning(machine: string, daemon: string): Promise<boolean> {
  return (await runningProcess(daemonRecord(machine, daemon))) !== undefined
}

/** `machine/daemon` -> whether it runs, for everything that was started. */
export async function daemonStates(): Promise<Map<string, boolean>> {
  const states = new Map<string, boolean>()
  for (const record of await recordedNames()) {
    const [, machine, daemon] = /^daemon-([^-]+)-(.+)$/.exec(record) ?? []
    if (machine === undefined || daemon === undefined) continue
    states.set(`${machine}/${daemon}`, await isDaemonRunning(machine, daemon))
  }
  return states
}

function entering(machine: Machine): string[] {
  return ['nsenter', '-t', String(machine.initPid), '-n', '-m', '-u', '-p', '--']
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}

function inBackground(
  argv: readonly string[],
  log: string,
  env: Readonly<Record<string, string>> = {},
): ChildProcess {
  const [program = '', ...args] = argv
  const output = openSync(runPaths.log(log), 'a')
  const child = spawn(program, args, {
    detached: true,
    stdio: ['ignore', output, output],
    env: { ...process.env, ...env },
  })
  child.unref()
  return child
}
