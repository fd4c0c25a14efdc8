import { type ChildProcess, spawn } from 'node:child_process'
import { ClusterError } from './errors.ts'
import { interruption } from './interruption.ts'

/** How a finished program ended. */
export interface Finished {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Options of a program run to its end. */
export interface RunOptions {
  readonly cwd?: string
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>
  /** Written to the program's standard input. */
  readonly input?: string
  /** The program is ended after this time and counts as failed with exit code 124. */
  readonly timeoutMs?: number
}

/** Runs a program to its end and returns what it printed, whatever its exit code. */
export async function attempt(argv: readonly string[], options: RunOptions = {}): Promise<Finished> {
  interruption()?.throwIfAborted()
  const [program, ...args] = argv
  if (program === undefined) throw new Error('no program given')
  const child = spawn(program, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
    signal: interruption(),
  })
  child.stdin.on('error', () => {}) // a program may end without reading its input
  child.stdin.end(options.input ?? '')
  const stdout = collect(child.stdout)
  const stderr = collect(child.stderr)
  const exitCode = await ended(child, program, options.timeoutMs)
  return { exitCode, stdout: stdout(), stderr: stderr() }
}

/** Runs a program to its end and returns its standard output; throws ClusterError when it fails. */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  const { exitCode, stdout, stderr } = await attempt(argv, options)
  if (exitCode !== 0) {
    throw new ClusterError(`${argv.join(' ')}: exit code ${exitCode}\n${(stderr || stdout).trim()}`)
  }
  return stdout
}

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk))
  return () => Buffer.concat(chunks).toString()
}

async function ended(child: ChildProcess, program: string, timeoutMs?: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  let timedOut = false
  const timer =
    timeoutMs === undefined
      ? undefined
      : setTimeout(() => {
          timedOut = true
          child.kill('SIGKILL')
        }, timeoutMs)
  child.on('error', (error) => reject(new ClusterError(`cannot run ${program}: ${error.message}`)))
  child.on('close', (code) => resolve(timedOut ? 124 : (code ?? 1)))
  try {
    return await promise
  } finally {
    clearTimeout(timer)
  }
}
