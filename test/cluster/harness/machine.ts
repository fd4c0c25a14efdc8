import { type ChildProcess, spawn } from 'node:child_process'
import { existsSync, openSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { addresses } from './addresses.ts'
import { ClusterError } from './errors.ts'
import { runPaths } from './paths.ts'
import {
  childrenOf,
  endProcess,
  recordedNames,
  recordFile,
  recordProcess,
  runningProcess,
  startTimeOf,
  waitUntilGone,
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

const machineRecord = (name: string): string => `machine-${name}`
const daemonRecord = (machine: string, daemon: string): string => `daemon-${machine}-${daemon}`

/**
 * The shell records its own pid and start time before it becomes `unshare`: a machine whose boot is killed at any moment is
 * in the records. `--kill-child` ties process 1 to the recorded process.
 */
const recordThenUnshare = `
set -e
echo "$$ $(cut -d ' ' -f 22 /proc/$$/stat)" > "$1.new"
mv "$1.new" "$1"
shift
exec unshare --net --mount --propagation private --uts --pid --fork --kill-child --mount-proc -- "$@"`

/** Boots a machine with an empty network. */
export async function startMachine(name: string, address: string): Promise<Machine> {
  const dir = join(runPaths.nodes, name)
  await mkdir(dir, { recursive: true })
  await mkdir(runPaths.pids, { recursive: true })
  await writeFile(join(dir, 'resolv.conf'), `nameserver ${addresses.internetDns}\n`)
  await writeFile(join(dir, 'hosts'), `127.0.0.1 localhost\n${address} ${name}\n`)
  const record = recordFile(machineRecord(name))
  const init = join(import.meta.dirname, 'machine-init.sh')
  const shell = inBackground(['sh', '-c', recordThenUnshare, 'sh', record, 'bash', init, name, dir], name)
  await waitFor(
    `process 1 of ${name}; see ${runPaths.log(name)}`,
    () => hasEnded(shell) || existsSync(join(dir, 'ready')),
  )
  const machine = await findMachine(name)
  if (machine === undefined) throw new ClusterError(`${name} did not boot; see ${runPaths.log(name)}`)
  return machine
}

async function findMachine(name: string): Promise<Machine | undefined> {
  const unshare = await runningProcess(machineRecord(name))
  const [initPid] = unshare === undefined ? [] : await childrenOf(unshare.pid)
  return initPid === undefined ? undefined : { name, dir: join(runPaths.nodes, name), initPid }
}

/** The machine; throws a ClusterError when it is not running. */
export async function machineNamed(name: string): Promise<Machine> {
  const machine = await findMachine(name)
  if (machine === undefined) throw new ClusterError(`${name} is not running`)
  return machine
}

/** Ends every recorded machine with all that runs in it. */
export async function endMachines(): Promise<void> {
  for (const record of await recordedNames()) {
    if (!record.startsWith(machineRecord(''))) continue
    const machine = await findMachine(record.slice(machineRecord('').length))
    const startTime = machine && (await startTimeOf(machine.initPid))
    await endProcess(record)
    if (machine !== undefined && startTime !== undefined) {
      await waitUntilGone(machine.name, { pid: machine.initPid, startTime })
    }
  }
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

/** Ends one daemon of a machine. */
export async function stopDaemon(machine: string, daemon: string): Promise<void> {
  await endProcess(daemonRecord(machine, daemon))
}

async function isDaemonRunning(machine: string, daemon: string): Promise<boolean> {
  return (await runningProcess(daemonRecord(machine, daemon))) !== undefined
}

/** `machine/daemon` -> whether it runs, for everything that was started and not stopped. */
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
