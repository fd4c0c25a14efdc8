import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext, getCACertificates } from 'node:tls'
import { KnownError } from '../snapshot/known-error.ts'
import type { Connection } from './connection.ts'
import { type ExecCredential, runExecPlugin } from './exec-plugin.ts'
import type { Environment, UserEntry } from './kubeconfig.ts'

/** TLS settings of the connections to the API server; `ca`, `cert` and `key` are PEM. */
export interface TlsSettings {
  readonly ca: string | string[]
  readonly cert?: string | undefined
  readonly key?: string | undefined
  readonly servername?: string | undefined
  readonly rejectUnauthorized: boolean
}

/** What every request carries. */
export interface Credentials {
  /** The value of the Authorization header. */
  readonly authorization?: string | undefined
  /** Absent for a plain http server. */
  readonly tls?: TlsSettings | undefined
  /** When to get new ones, in milliseconds since 1970; absent: when the server refuses these. */
  readonly staleAtMs?: number | undefined
}

/** What credentials are made from, besides the connection. */
export interface CredentialSources {
  readonly env: Environment
  /** Whether an exec plugin may ask the person at the terminal. */
  readonly isInteractive: boolean
  readonly signal: AbortSignal
  readonly nowMs: number
}

/** A tokenFile is rotated while it is in use; client-go (transport/token_source.go) trusts it for a minute too. */
const tokenFileAgeMs = 60_000

/**
 * Turns the user and cluster of a connection into headers and TLS settings: reads files, runs an exec plugin (once),
 * asks @kubernetes/client-node for `auth-provider` users. Everything else is a few lines here, because client-node
 * costs 105 ms and 40 MB to load and reads several of these keys unlike kubectl.
 *
 * @throws KnownError when a file cannot be read, is no certificate, or a plugin fails
 */
export async function resolveCredentials(
  connection: Connection,
  sources: CredentialSources,
): Promise<Credentials> {
  // kubectl sends no credentials over plain http, and neither do we.
  if (connection.server.startsWith('http://')) return {}
  const { user, cluster } = connection
  const exec = await execCredential(connection, sources)
  const tls: TlsSettings = {
    ca: (await pem('certificate-authority', cluster.caFile, cluster.caData)) ?? trustedByDefault(),
    cert: exec.certificate ?? (await pem('client-certificate', user.certFile, user.certData)),
    key: exec.key ?? (await pem('client-key', user.keyFile, user.keyData)),
    servername: cluster.tlsServerName,
    rejectUnauthorized: !cluster.insecureSkipTlsVerify,
  }
  rejectUnusable(tls, connection)
  const staleAtMs = user.tokenFile === undefined ? exec.expiresAtMs : sources.nowMs + tokenFileAgeMs
  return { tls, authorization: await authorizationOf(connection, exec.token), staleAtMs }
}

/** Whether asking again may give other credentials: they come from a plugin or a file that something else writes. */
export function isRenewable({ user, server }: Connection): boolean {
  return !server.startsWith('http://') && (user.tokenFile !== undefined || runsPlugin(user))
}

/** A token or a user name wins over an exec plugin, which is then not even started. */
function runsPlugin({ exec, token, tokenFile, username }: UserEntry): boolean {
  return exec !== undefined && (token ?? tokenFile ?? username) === undefined
}

async function execCredential(
  connection: Connection,
  { env, isInteractive, signal }: CredentialSources,
): Promise<ExecCredential> {
  const { exec } = connection.user
  if (exec === undefined || !runsPlugin(connection.user)) return {}
  return runExecPlugin(exec, connection, { env, isInteractive, signal })
}

/** Go trusts the system's authorities, Node its own list; both together match what kubectl accepts. */
export function trustedByDefault(): string[] {
  return [...getCACertificates('default'), ...getCACertificates('system')]
}

async function authorizationOf(
  connection: Connection,
  execToken: string | undefined,
): Promise<string | undefined> {
  const { user } = connection
  // client-go: a tokenFile is re-read and so beats the token that was written beside it.
  const token =
    (user.tokenFile === undefined ? undefined : await readToken(user.tokenFile)) ?? user.token ?? execToken
  if (token !== undefined) return `Bearer ${token}`
  if (user.username !== undefined) {
    return `Basic ${Buffer.from(`${user.username}:${user.password ?? ''}`).toString('base64')}`
  }
  if (user.authProvider === undefined) return undefined
  const { authorizationByProvider } = await import('./auth-provider.ts')
  return authorizationByProvider(connection, user.authProvider)
}

async function readToken(path: string): Promise<string> {
  const token = (await readSetting('tokenFile', path)).trim()
  if (token === '') throw new KnownError('CREDENTIAL_FILE', `the tokenFile ${path} is empty: log in again`)
  return token
}

async function pem(
  setting: string,
  path: string | undefined,
  data: string | undefined,
): Promise<string | undefined> {
  if (path !== undefined) return readSetting(setting, path)
  return data === undefined ? undefined : Buffer.from(data, 'base64').toString('utf8')
}

function readSetting(setting: string, path: string): Promise<string> {
  return readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    const why =
      cause.code === 'ENOENT' ? 'does not exist' : `cannot be read (${cause.code ?? 'unknown reason'})`
    throw new KnownError('CREDENTIAL_FILE', `the ${setting} ${path} of the kubeconfig ${why}`, { cause })
  })
}

/** OpenSSL's own messages name neither the setting nor the file. */
function rejectUnusable({ ca, cert, key }: TlsSettings, { context, userName }: Connection): void {
  const check = (what: string, parse: () => unknown): void => {
    try {
      parse()
    } catch (cause) {
      throw new KnownError('BAD_CERTIFICATE', `${what}: check the kubeconfig`, { cause })
    }
  }
  if (typeof ca === 'string') {
    const what = `the certificate authority of context "${context ?? ''}" is not a PEM certificate`
    check(what, () => new X509Certificate(ca))
  }
  if (cert === undefined || key === undefined) return
  const what = `the client certificate and key of user "${userName ?? ''}" are not PEM, or do not belong together`
  check(what, () => createSecureContext({ cert, key }))
}
