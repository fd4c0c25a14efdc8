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
  readonly peakMiB: number
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
