import { type ChildProcess, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const launcher = fileURLToPath(new URL('../../bin/kubectl-netdoctor', import.meta.url))
const completer = fileURLToPath(new URL('../../bin/kubectl_complete-netdoctor', import.meta.url))

/** The recordings that the screens are checked with. */
export const recording = (name: 'incident' | 'as-written' | 'running' | 'traefik'): string =>
  `fixtures/velocitytech/${name}.json.gz`

export interface Ran {
  readonly stdout: string
  readonly stderr: string
  /** `null` when a signal ended it. */
  readonly code: number | null
}

export interface RunOptions {
  readonly stdin?: string | Uint8Array
  /** On top of an environment that names no cluster and no terminal. */
  readonly env?: Readonly<Record<string, string>>
  readonly cwd?: string
  /** Flags of Node itself. */
  readonly node?: readonly string[]
}

/** What the program sees of the machine: no kubeconfig, no colour wishes. */
function environment(more: Readonly<Record<string, string>> = {}): NodeJS.ProcessEnv {
  const { PATH = '' } = process.env
  return { PATH, HOME: '/nonexistent', KUBECONFIG: '/nonexistent/kubeconfig', ...more }
}

/** Starts the built program. */
export function start(words: readonly string[], options: RunOptions = {}): ChildProcess {
  return startScript(launcher, words, options)
}

function startScript(script: string, words: readonly string[], options: RunOptions): ChildProcess {
  return spawn(process.execPath, [...(options.node ?? []), script, ...words], {
    cwd: options.cwd ?? root,
    env: environment(options.env),
  })
}

/** What kubectl gets when it asks how `kubectl netdoctor WORDS` may go on; the last word is the one being typed. */
export function complete(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return ended(startScript(completer, words, options))
}

/** Runs the built program to its end. */
export function run(words: readonly string[], options: RunOptions = {}): Promise<Ran> {
  return ended(start(words, options), options.stdin)
}

/** Waits for a started program and collects what it wrote. */
export async function ended(child: ChildProcess, stdin?: string | Uint8Array): Promise<Ran> {
  const output = { stdout: '', stderr: '' }
  child.stdout?.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text
  })
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text
  })
  // A program that ends before it has read everything closes its end.
  child.stdin?.on('error', () => undefined)
  child.stdin?.end(stdin ?? '')
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (exit) => resolve(exit))
  })
  return { ...output, code }
}

/** The widest line of a text, and the line itself, leaving out commands: these stay whole. */
export function widestLine(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/kubectl /.test(line))
    .reduce((widest, line) => (line.length > widest.length ? line : widest), '')
}
