import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Agent, request } from 'undici'
import { stringify } from 'yaml'
import { makeCertificates } from '../test/apiserver/certificates.ts'

/** What is measured of one size. Times of read, model and fixes are multiples of the floor. */
export interface Figures {
  readonly pods: number
  readonly megabytes: number
  readonly floorMs: number
  readonly read: number
  readonly model: number
  readonly fixes: number
  readonly tried: number
  readonly findings: number
  /** Of a scan that prints a table, and of one that prints all connections as JSON. */
  readonly peakMiB: number
  readonly peakJsonMiB: number
  readonly wholeMs: number
  readonly serviceMs: number
  readonly serviceShare: number
}

export interface StepFigures {
  readonly floor: { readonly ms: number }
  readonly scan: {
    readonly readMs: number
    readonly modelMs: number
    readonly fixesMs: number
    readonly tried: number
    readonly found: Readonly<Record<string, number>>
  }
}

/** Runs one step of bench/measure in a process of its own, and gives what it reports. */
export async function measureStep<S extends keyof StepFigures>(
  step: S,
  kubeconfig: string,
): Promise<StepFigures[S]> {
  return JSON.parse(await output([new URL(`measure/${step}.ts`, import.meta.url).pathname, kubeconfig], [0]))
}

/** Runs the built program; gives its time from start to end and its peak memory. Exit code 1 means that it found problems. */
export async function measureProgram(
  words: readonly string[],
  kubeconfig: string,
): Promise<{ readonly ms: number; readonly peakMiB: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'netdoctor-bench-peak-'))
  const peak = join(folder, 'peak')
  const started = performance.now()
  try {
    await output(
      [
        '--import',
        new URL('measure/peak.ts', import.meta.url).href,
        new URL('../bin/kubectl-netdoctor', import.meta.url).pathname,
        ...words,
        '--kubeconfig',
        kubeconfig,
      ],
      [0, 1],
      { NETDOCTOR_BENCH_PEAK: peak },
    )
    return { ms: performance.now() - started, peakMiB: Number(readFileSync(peak, 'utf8')) }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

/** Times from start to end as multiples of an empty `node -e 0`, medians, by what was asked. */
export async function measureStarts(): Promise<Readonly<Record<string, number>>> {
  const program = new URL('../bin/kubectl-netdoctor', import.meta.url).pathname
  const completer = new URL('../bin/kubectl_complete-netdoctor', import.meta.url).pathname
  const asked = {
    '`--help`': [program, '--help'],
    '`--version`': [program, '--version'],
    'completion of a flag': [completer, 'svc', '--n'],
    '`rules`': [program, 'rules'],
  }
  const times = new Map<string, number[]>()
  const time = async (name: string, args: readonly string[]): Promise<void> => {
    const started = performance.now()
    await output(args, [0])
    const known = times.get(name) ?? []
    known.push(performance.now() - started)
    times.set(name, known)
  }
  for (let run = 0; run < 15; run++) {
    await time('empty', ['-e', '0'])
    for (const [name, args] of Object.entries(asked)) await time(name, args)
  }
  const empty = median(times.get('empty') ?? [])
  return Object.fromEntries(Object.keys(asked).map((name) => [name, median(times.get(name) ?? []) / empty]))
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

async function output(
  args: readonly string[],
  goodCodes: readonly number[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const child = spawn(process.execPath, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
  const [code] = await once(child, 'close')
  if (!goodCodes.includes(code)) throw new Error(`${args.join(' ')} ended with ${code}`)
  return Buffer.concat(chunks).toString()
}

export interface Server {
  readonly kubeconfig: string
  /** How many bytes of lists were sent since the last call. */
  takeBytes(): Promise<number>
}

/** Serves the cluster in `folder` as long as `use` runs. */
export async function withServer<T>(folder: string, use: (server: Server) => Promise<T>): Promise<T> {
  const certificates = makeCertificates()
  writeFileSync(join(folder, 'server.crt'), certificates.server.cert)
  writeFileSync(join(folder, 'server.key'), certificates.server.key)
  const child = spawn(process.execPath, [new URL('api-server.ts', import.meta.url).pathname, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  try {
    const server = `https://127.0.0.1:${await firstLine(child)}`
    const kubeconfig = join(folder, 'kubeconfig')
    writeFileSync(kubeconfig, kubeconfigText(server, certificates.ca))
    const dispatcher = new Agent({ connect: { ca: certificates.ca } })
    const takeBytes = async (): Promise<number> => {
      const { body } = await request(`${server}/bench/bytes`, { dispatcher })
      const { bytes } = Object(await body.json())
      return Number(bytes)
    }
    const result = await use({ kubeconfig, takeBytes })
    await dispatcher.close()
    return result
  } finally {
    child.kill()
  }
}

async function firstLine({ stdout }: ChildProcess): Promise<string> {
  if (stdout === null) throw new Error('the server has no output')
  for await (const line of createInterface(stdout)) return line
  throw new Error('the server ended before it was ready')
}

function kubeconfigText(server: string, ca: string): string {
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'bench',
    contexts: [{ name: 'bench', context: { cluster: 'bench', user: 'bench' } }],
    clusters: [
      {
        name: 'bench',
        cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') },
      },
    ],
    users: [{ name: 'bench', user: { token: 'none' } }],
  })
}
