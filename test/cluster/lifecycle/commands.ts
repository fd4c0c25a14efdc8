import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as after } from 'node:timers/promises'
import { attempt, type Finished, run } from '../harness/run.ts'

const script = (name: string): string => join(import.meta.dirname, '..', `${name}.ts`)

/** Runs cluster:up and returns how many seconds it took. */
export async function up(): Promise<number> {
  const startedAt = performance.now()
  await run([process.execPath, script('up')])
  return (performance.now() - startedAt) / 1000
}

/** Runs cluster:down. */
export async function down(): Promise<void> {
  await run([process.execPath, script('down')])
}

/** Runs cluster:status; its exit code is 0 for a cluster that is up. */
export function status(): Promise<Finished> {
  return attempt([process.execPath, script('status')])
}

/** How a boot ended to which a signal was sent. */
export interface Interrupted {
  readonly exitCode: number | null
  /** The signal that ended it; null where it ended by itself. */
  readonly signal: NodeJS.Signals | null
  readonly afterMs: number
}

/** Starts cluster:up and sends a signal to it and to all programs that it has at work, after the time given. */
export async function signalBoot(signal: NodeJS.Signals, afterMs: number): Promise<Interrupted> {
  const boot = spawn(process.execPath, [script('up')], { stdio: 'ignore', detached: true })
  const exit = once(boot, 'exit')
  await Promise.race([after(afterMs), exit])
  if (boot.pid !== undefined && boot.exitCode === null) process.kill(-boot.pid, signal)
  await exit
  return { exitCode: boot.exitCode, signal: boot.signalCode, afterMs }
}
