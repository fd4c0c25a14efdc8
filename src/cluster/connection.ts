import { KnownError } from '../snapshot/known-error.ts'
import {
  type ClusterEntry,
  type ContextEntry,
  type Environment,
  type Kubeconfig,
  loadKubeconfig,
  type UserEntry,
} from './kubeconfig.ts'

/** The connection flags, named as kubectl names them. Absent means not given. */
export interface ConnectionOptions {
  readonly kubeconfig?: string | undefined
  readonly context?: string | undefined
  readonly cluster?: string | undefined
  readonly user?: string | undefined
  /** A name, or as in kubectl `namespace/NAME` or `ns/NAME`. */
  readonly namespace?: string | undefined
  readonly server?: string | undefined
  readonly token?: string | undefined
  readonly certificateAuthority?: string | undefined
  readonly clientCertificate?: string | undefined
  readonly clientKey?: string | undefined
  readonly tlsServerName?: string | undefined
  readonly insecureSkipTlsVerify?: boolean | undefined
  /** Whole seconds, or a Go duration such as `1m30s`; `0` is no limit. */
  readonly requestTimeout?: string | undefined
}

/** Where to connect and as whom, all flags applied; certificates and tokens are not read yet. */
export interface Connection {
  readonly context: string | undefined
  readonly namespace: string
  /** Origin and path prefix, without a slash at the end. */
  readonly server: string
  readonly cluster: ClusterEntry
  readonly userName: string | undefined
  readonly user: UserEntry
  /** Milliseconds for one request with its body; absent: no limit. */
  readonly timeoutMs: number | undefined
}

/** kubectl waits for ever; a hung API server must not hang the diagnosis of it. */
const defaultTimeoutMs = 60_000

/**
 * Applies the flags to the kubeconfig files, with kubectl's precedence (client-go, clientcmd/client_config.go).
 *
 * @throws KnownError when a name does not exist, no server is known, or settings contradict each other
 */
export async function resolveConnection(options: ConnectionOptions, env: Environment): Promise<Connection> {
  const config = await loadKubeconfig(options.kubeconfig, env)
  const [contextName, context] = chooseContext(options, config)
  const cluster = applyClusterFlags(options, chooseCluster(options, config, context, contextName))
  const userName = options.user ?? context.user
  const user = applyUserFlags(options, chooseUser(config, userName))
  rejectContradictions(cluster, user, userName)
  return {
    context: contextName,
    namespace: namespaceOf(options.namespace ?? context.namespace ?? 'default'),
    server: serverOf(cluster, user, config),
    cluster,
    userName,
    user,
    timeoutMs: parseRequestTimeout(options.requestTimeout),
  }
}

function chooseContext(
  options: ConnectionOptions,
  config: Kubeconfig,
): readonly [string | undefined, ContextEntry] {
  const name = options.context ?? config.currentContext
  const context = name === undefined ? undefined : config.contexts.get(name)
  if (context !== undefined) return [name, context]
  if (name !== undefined) {
    throw new KnownError(
      'CONTEXT_NOT_FOUND',
      `context "${name}" does not exist (${choices('contexts', config.contexts)})`,
    )
  }
  if (options.server === undefined && options.cluster === undefined) throw noServer(config)
  return [undefined, {}]
}

function noServer(config: Kubeconfig): KnownError {
  if (config.found.length === 0) {
    const where = config.missing.join(', ')
    return new KnownError(
      'NO_KUBECONFIG',
      `no kubeconfig found (looked for ${where}): set KUBECONFIG or give --kubeconfig, or diagnose files with -f`,
    )
  }
  return new KnownError(
    'NO_CONTEXT',
    `${config.found.join(', ')} sets no current-context: give --context (${choices('contexts', config.contexts)})`,
  )
}

function choices(what: string, entries: ReadonlyMap<string, unknown>): string {
  const names = [...entries.keys()]
  const shown = names.slice(0, 5).join(', ')
  if (names.length === 0) return `the kubeconfig has no ${what}`
  return `${what}: ${shown}${names.length > 5 ? `, and ${names.length - 5} more` : ''}`
}

function chooseCluster(
  options: ConnectionOptions,
  config: Kubeconfig,
  context: ContextEntry,
  contextName: string | undefined,
): ClusterEntry {
  const name = options.cluster ?? context.cluster
  const cluster = name === undefined ? undefined : config.clusters.get(name)
  if (cluster !== undefined) return cluster
  if (name === undefined) return { insecureSkipTlsVerify: false, disableCompression: false }
  const of = options.cluster === undefined ? ` (of context "${contextName}")` : ''
  throw new KnownError(
    'CLUSTER_NOT_FOUND',
    `cluster "${name}"${of} does not exist (${choices('clusters', config.clusters)})`,
  )
}

function chooseUser(config: Kubeconfig, name: string | undefined): UserEntry {
  if (name === undefined) return {}
  const user = config.users.get(name)
  if (user !== undefined) return user
  throw new KnownError('USER_NOT_FOUND', `user "${name}" does not exist (${choices('users', config.users)})`)
}

function applyClusterFlags(options: ConnectionOptions, cluster: ClusterEntry): ClusterEntry {
  const result = { ...cluster }
  if (options.server !== undefined) {
    result.server = options.server
    // The name in the certificate belongs to the server that the file names.
    result.tlsServerName = undefined
  }
  if (options.tlsServerName !== undefined) result.tlsServerName = options.tlsServerName
  if (options.insecureSkipTlsVerify !== undefined) {
    result.insecureSkipTlsVerify = options.insecureSkipTlsVerify
    if (options.insecureSkipTlsVerify) {
      result.caFile = undefined
      result.caData = undefined
    }
  }
  if (options.certificateAuthority !== undefined) {
    result.caFile = options.certificateAuthority
    result.caData = undefined
    result.insecureSkipTlsVerify = options.insecureSkipTlsVerify ?? false
  }
  return result
}

function applyUserFlags(options: ConnectionOptions, user: UserEntry): UserEntry {
  const result = { ...user }
  if (options.clientCertificate !== undefined) {
    result.certFile = options.clientCertificate
    result.certData = undefined
  }
  if (options.clientKey !== undefined) {
    result.keyFile = options.clientKey
    result.keyData = undefined
  }
  if (options.token !== undefined) {
    result.token = options.token
    result.tokenFile = undefined
    result.authProvider = undefined
    result.username = undefined
    result.password = undefined
  }
  return result
}

function rejectContradictions(cluster: ClusterEntry, user: UserEntry, userName: string | undefined): void {
  const both = (file: unknown, data: unknown): boolean => file !== undefined && data !== undefined
  const fail = (message: string): never => {
    throw new KnownError('KUBECONFIG_INVALID', message)
  }
  const of = `of user "${userName ?? ''}"`
  if (both(cluster.caFile, cluster.caData)) {
    fail(
      'the kubeconfig gives certificate-authority and certificate-authority-data for one cluster: keep one of them',
    )
  }
  if (cluster.insecureSkipTlsVerify && both(cluster.caFile ?? cluster.caData, true)) {
    fail('a certificate authority and insecure-skip-tls-verify exclude each other: keep one of them')
  }
  if (both(user.certFile, user.certData))
    fail(`client-certificate and client-certificate-data ${of} exclude each other`)
  if (both(user.keyFile, user.keyData)) fail(`client-key and client-key-data ${of} exclude each other`)
  if ((user.certFile ?? user.certData) !== undefined && (user.keyFile ?? user.keyData) === undefined) {
    fail(`the client certificate ${of} has no key: set client-key or client-key-data`)
  }
  if (user.token !== undefined && user.username !== undefined) {
    fail(`the token and the username ${of} exclude each other`)
  }
  if (both(user.exec, user.authProvider)) fail(`exec and auth-provider ${of} exclude each other`)
  // Silently going another way, or as another identity, than the file says would be worse than stopping.
  if (cluster.proxyUrl !== undefined)
    fail('the kubeconfig sets proxy-url, which this version does not support')
  if (user.impersonate !== undefined)
    fail(`the kubeconfig sets "as" ${of}: this version does not impersonate`)
}

function serverOf(cluster: ClusterEntry, user: UserEntry, config: Kubeconfig): string {
  if (cluster.server === undefined) throw noServer(config)
  // client-go, rest.DefaultServerUrlFor: without a scheme it is https only if any TLS setting is there.
  const isTls =
    cluster.insecureSkipTlsVerify || (cluster.caFile ?? cluster.caData ?? user.certFile ?? user.certData)
  const server = cluster.server.includes('://')
    ? cluster.server
    : `${isTls ? 'https' : 'http'}://${cluster.server}`
  const url = URL.parse(server)
  if (url === null || (url.protocol !== 'https:' && url.protocol !== 'http:') || url.username !== '') {
    throw new KnownError(
      'BAD_SERVER',
      'the server address of the cluster is not an http or https URL: check --server',
    )
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '')
}

function namespaceOf(given: string): string {
  const name = given.replace(/^(namespaces|namespace|ns)\//, '')
  if (name.length <= 63 && /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) return name
  throw new KnownError(
    'BAD_NAMESPACE',
    `"${given}" is not a namespace name: lower-case letters, digits and dashes`,
  )
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/**
 * Parses `--request-timeout`: `5`, `30s`, `1m30s`, `0`.
 *
 * @returns milliseconds; `undefined` for no limit; 60,000 when the flag is not given
 * @throws KnownError when it is neither whole seconds nor a duration
 */
export function parseRequestTimeout(given: string | undefined): number | undefined {
  if (given === undefined) return defaultTimeoutMs
  if (/^\d+$/.test(given)) return Number(given) === 0 ? undefined : Number(given) * 1_000
  const parts = [...given.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map(([whole]) => whole).join('') !== given) {
    throw new KnownError(
      'BAD_TIMEOUT',
      `--request-timeout "${given}" is neither seconds nor a duration such as 30s or 1m30s`,
    )
  }
  const total = parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (unitMs[unit ?? ''] ?? 0), 0)
  return total === 0 ? undefined : total
}
