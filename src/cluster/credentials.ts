import { X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createSecureContext, getCACertificates } from 'node:tls'
import { KnownError } from '../snapshot/known-error.ts'
import type { Connection } from './connection.ts'
import { type ExecCredential, runExecPlugin } from './exec-plugin.ts'
import type { Environment } from './kubeconfig.ts'

/** TLS settings of the connections to the API server; `ca`, `cert` and `key` are PEM. */
interface TlsSettings {
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
}

/**
 * Turns the user and cluster of a connection into headers and TLS settings: reads files, runs an exec plugin (once),
 * asks @kubernetes/client-node for `auth-provider` users. Everything else is a few lines here, because client-node
 * costs 105 ms and 40 MB to load and reads several of these keys unlike kubectl.
 *
 * @param isInteractive whether an exec plugin may ask the person at the terminal
 * @throws KnownError when a file cannot be read, is no certificate, or a plugin fails
 */
export async function resolveCredentials(
  connection: Connection,
  env: Environment,
  isInteractive: boolean,
  signal: AbortSignal,
): Promise<Credentials> {
  // kubectl sends no credentials over plain http, and neither do we.
  if (connection.server.startsWith('http://')) return {}
  const { user, cluster } = connection
  // A token wins over an exec plugin, which is then not even started.
  const hasToken = user.token !== undefined || user.tokenFile !== undefined
  const exec: ExecCredential =
    user.exec === undefined || hasToken
      ? {}
      : await runExecPlugin(user.exec, connection, { env, isInteractive, signal })
  const tls: TlsSettings = {
    ca: (await pem('certificate-authority', cluster.caFile, cluster.caData)) ?? trustedByDefault(),
    cert: exec.certificate ?? (await pem('client-certificate', user.certFile, user.certData)),
    key: exec.key ?? (await pem('client-key', user.keyFile, user.keyData)),
    servername: cluster.tlsServerName,
    rejectUnauthorized: !cluster.insecureSkipTlsVerify,
  }
  rejectUnusable(tls, connection)
  return { tls, authorization: await authorizationOf(connection, exec.token) }
}

/** Go trusts the system's authorities, Node its own list; both together match what kubectl accepts. */
function trustedByDefault(): string[] {
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
