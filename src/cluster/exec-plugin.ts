import { spawn } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { isRecord, type Json, record, text } from '../snapshot/kinds/json.ts'
import { KnownError } from '../snapshot/known-error.ts'
import type { Connection } from './connection.ts'
import type { Environment, ExecEntry } from './kubeconfig.ts'

/** What an exec plugin answered: a token, a client certificate with its key, or both. */
export interface ExecCredential {
  readonly token?: string | undefined
  /** PEM. */
  readonly certificate?: string | undefined
  /** PEM. */
  readonly key?: string | undefined
  /** Milliseconds since 1970; absent: until the server refuses it. */
  readonly expiresAtMs?: number | undefined
}

export interface ExecRun {
  readonly env: Environment
  /** Whether a person can answer on standard input. */
  readonly isInteractive: boolean
  readonly signal: AbortSignal
  /** Milliseconds until a silent plugin is ended. A plugin may wait for a login in the browser. */
  readonly limitMs?: number
}

const defaultLimitMs = 120_000
const outputLimitBytes = 1024 * 1024
const apiVersions = ['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']

/**
 * Runs the exec credential plugin of a user once: without a shell, with KUBERNETES_EXEC_INFO, its messages on our
 * standard error, and never longer than the limit. Semantics: client-go, plugin/pkg/client/auth/exec/exec.go.
 *
 * @throws KnownError when the plugin is missing (with its install hint), fails, hangs, or answers nonsense. The
 *   plugin's output is never part of a message: it is a credential.
 */
export async function runExecPlugin(
  exec: ExecEntry,
  connection: Connection,
  run: ExecRun,
): Promise<ExecCredential> {
  const isInteractive = interactivity(exec, run.isInteractive)
  const info = JSON.stringify({
    apiVersion: exec.apiVersion,
    kind: 'ExecCredential',
    spec: {
      interactive: isInteractive,
      ...(exec.provideClusterInfo && { cluster: await clusterInfo(connection) }),
    },
  })
  const env = {
    ...run.env,
    ...Object.fromEntries(exec.env.map(({ name, value }) => [name, value])),
    KUBERNETES_EXEC_INFO: info,
  }
  return parseCredential(await output(exec, env, isInteractive, run), exec)
}

function interactivity(exec: ExecEntry, isPossible: boolean): boolean {
  if (exec.command === '' || !apiVersions.includes(exec.apiVersion)) {
    throw failure(
      exec,
      `needs a command and an apiVersion of ${apiVersions.join(' or ')}: mend the kubeconfig`,
    )
  }
  switch (exec.interactiveMode) {
    case 'Never':
      return false
    case 'Always':
      if (!isPossible) throw failure(exec, 'wants to ask you something, but standard input is not a terminal')
      return true
    case 'IfAvailable':
      return isPossible
    case undefined:
      // client.authentication.k8s.io/v1 made the field required; v1beta1 defaults it.
      if (exec.apiVersion === apiVersions[0]) {
        throw failure(exec, 'has no interactiveMode (Never, IfAvailable or Always): mend the kubeconfig')
      }
      return isPossible
    default:
      throw failure(exec, 'has an unknown interactiveMode: Never, IfAvailable or Always')
  }
}

/** client-go gives the authority as data, whatever the kubeconfig gives (rest/exec.go). */
async function clusterInfo({ cluster, server }: Connection): Promise<Json> {
  const { caFile } = cluster
  const authority = caFile === undefined ? undefined : await readFile(caFile, 'base64').catch(() => undefined)
  return {
    server,
    'tls-server-name': cluster.tlsServerName,
    'insecure-skip-tls-verify': cluster.insecureSkipTlsVerify || undefined,
    'certificate-authority-data': cluster.caData ?? authority,
    'proxy-url': cluster.proxyUrl,
    'disable-compression': cluster.disableCompression || undefined,
    config: cluster.execConfig,
  }
}

function output(exec: ExecEntry, env: Environment, isInteractive: boolean, run: ExecRun): Promise<string> {
  const limitMs = run.limitMs ?? defaultLimitMs
  return new Promise((resolve, reject) => {
    const child = spawn(exec.command, [...exec.args], {
      env: { ...env },
      stdio: [isInteractive ? 'inherit' : 'ignore', 'pipe', 'inherit'],
    })
    const chunks: Buffer[] = []
    let sizeBytes = 0
    const stop = (error: unknown): void => {
      child.kill('SIGKILL')
      // A grandchild may hold the pipe open for ever.
      child.stdout.destroy()
      settle(() => reject(error))
    }
    const onAbort = (): void => stop(run.signal.reason)
    const timer = setTimeout(
      () => stop(failure(exec, `did not answer within ${limitMs / 1_000} s: run it by hand to see why`)),
      limitMs,
    )
    const settle = (finish: () => void): void => {
      clearTimeout(timer)
      run.signal.removeEventListener('abort', onAbort)
      finish()
    }
    run.signal.addEventListener('abort', onAbort, { once: true })
    if (run.signal.aborted) onAbort()
    child.stdout.on('data', (chunk: Buffer) => {
      sizeBytes += chunk.length
      chunks.push(chunk)
      if (sizeBytes > outputLimitBytes)
        stop(failure(exec, 'answered more than 1 MiB, which is no credential'))
    })
    child.on('error', (error: NodeJS.ErrnoException) => settle(() => reject(startFailure(exec, error))))
    child.on('close', (code, signal) => {
      const how = code === null ? `was ended by ${signal}` : `failed with exit code ${code}`
      settle(() =>
        code === 0
          ? resolve(Buffer.concat(chunks).toString('utf8'))
          : reject(failure(exec, `${how}: run it by hand, or log in again`)),
      )
    })
  })
}

function startFailure(exec: ExecEntry, error: NodeJS.ErrnoException): KnownError {
  if (error.code !== 'ENOENT')
    return failure(exec, `cannot be started (${error.code ?? 'unknown reason'})`, error)
  const hint = exec.installHint?.replace(/\s+/g, ' ').trim().slice(0, 500)
  return failure(
    exec,
    hint === undefined ? 'is not installed, or not on PATH' : `is not installed: ${hint}`,
    error,
  )
}

function parseCredential(answer: string, exec: ExecEntry): ExecCredential {
  let json: unknown
  try {
    json = JSON.parse(answer)
  } catch {
    throw failure(exec, 'answered something that is not JSON: run it by hand')
  }
  if (!isRecord(json) || json['kind'] !== 'ExecCredential' || json['apiVersion'] !== exec.apiVersion) {
    throw failure(exec, `did not answer an ExecCredential of ${exec.apiVersion}: check the versions of both`)
  }
  const status = record(json['status'])
  const token = text(status['token']) || undefined
  const certificate = text(status['clientCertificateData']) || undefined
  const key = text(status['clientKeyData']) || undefined
  if ((certificate === undefined) !== (key === undefined) || (token === undefined && key === undefined)) {
    throw failure(exec, 'answered neither a token nor a client certificate with its key')
  }
  const expiresAtMs = Date.parse(text(status['expirationTimestamp']) ?? '')
  return { token, certificate, key, ...(!Number.isNaN(expiresAtMs) && { expiresAtMs }) }
}

function failure(exec: ExecEntry, what: string, cause?: unknown): KnownError {
  return new KnownError('EXEC_PLUGIN', `the credential plugin "${exec.command}" ${what}`, { cause })
}
