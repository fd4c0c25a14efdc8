import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runDir } from './harness/paths.ts'
import { attempt, run } from './harness/run.ts'
import { foreignKubeconfig } from './kit/cluster.ts'

/** Everything of the host that a cluster could leave behind or change. */
interface Host {
  readonly mounts: string
  readonly interfaces: string
  readonly namedNamespaces: string
  readonly iptables: string
  readonly nftables: string
  readonly cgroups: readonly string[]
  readonly sysctls: string
  /** Command lines of processes that work for the cluster, by their environment, arguments or cgroup. */
  readonly ourProcesses: readonly string[]
}

const command = (script: string): string => join(import.meta.dirname, script)
const shownSysctls = ['vm.overcommit_memory', 'vm.panic_on_oom', 'kernel.panic', 'kernel.panic_on_oops']

async function look(): Promise<Host> {
  const out = async (...argv: string[]) => (await attempt(argv)).stdout
  return {
    mounts: await readFile('/proc/self/mounts', 'utf8'),
    interfaces: await out('ip', '-brief', 'address'),
    namedNamespaces: await out('ip', 'netns'),
    iptables: withoutCounters(await out('iptables-save')),
    nftables: await out('nft', 'list', 'ruleset'),
    cgroups: await ourCgroups(),
    sysctls: await run(['sysctl', ...shownSysctls]),
    ourProcesses: await ourProcesses(),
  }
}

const withoutCounters = (rules: string): string => rules.replaceAll(/^#.*\n|\[\d+:\d+\]/gm, '')

async function ourCgroups(): Promise<string[]> {
  const entries = await readdir('/sys/fs/cgroup')
  return entries.filter((hierarchy) => existsSync(join('/sys/fs/cgroup', hierarchy, 'netdoctor-test')))
}

async function ourProcesses(): Promise<string[]> {
  const found: string[] = []
  for (const pid of await readdir('/proc')) {
    if (!/^\d+$/.test(pid)) continue
    const file = (name: string) => readFile(join('/proc', pid, name), 'utf8').catch(() => '')
    const [commandLine, cgroup] = [await file('cmdline'), await file('cgroup')]
    if (commandLine.includes(runDir) || cgroup.includes('netdoctor-test'))
      found.push(commandLine.replaceAll('\0', ' '))
  }
  return found
}

function start(script: string): ChildProcess {
  return spawn(process.execPath, [command(script)], { stdio: 'ignore' })
}

async function up(): Promise<number> {
  const startedAt = performance.now()
  await run([process.execPath, command('up.ts')])
  return (performance.now() - startedAt) / 1000
}

const down = () => run([process.execPath, command('down.ts')])
const isUp = async () => (await attempt([process.execPath, command('status.ts')])).exitCode === 0

/** Sends the signal at a moment of the boot that differs from run to run; no boot is done in `latestMs`. */
async function signalDuringBoot(signal: NodeJS.Signals, latestMs: number): Promise<number | null> {
  const child = start('up.ts')
  const ended = once(child, 'exit')
  const delayMs = Math.round(300 + Math.random() * (latestMs - 300))
  console.log(`${signal} after ${delayMs} ms`)
  await Promise.race([after(delayMs), ended])
  child.kill(signal)
  await ended
  return child.exitCode
}

describe.skipIf(foreignKubeconfig !== undefined)('the life of a cluster', { timeout: 300_000 }, () => {
  let before: Host
  beforeAll(async () => {
    await down()
    before = await look()
  })
  afterAll(() => down())

  test('boots in less than 90 s, and a second time at once', async () => {
    expect(await up()).toBeLessThan(90)
    expect(await up()).toBeLessThan(3)
    expect(await isUp()).toBe(true)
  })

  test('ends without a trace, twice', async () => {
    await down()
    expect(await look()).toEqual(before)
    await up()
    await down()
    expect(await look()).toEqual(before)
    await down()
  })

  test('boots after a boot was killed at three moments', async () => {
    for (let kills = 0; kills < 3; kills++) await signalDuringBoot('SIGKILL', 9000)
    await up()
    expect(await isUp()).toBe(true)
    await down()
    expect(await look()).toEqual(before)
  })

  test('a boot that is interrupted clears up after itself', async () => {
    expect(await signalDuringBoot('SIGTERM', 4000)).toBe(1)
    expect(await look()).toEqual(before)
  })
})
