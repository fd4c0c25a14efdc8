import { KnownError } from '../snapshot/known-error.ts'
import { applyClusterFlags, applyUserFlags, rejectContradictions } from './connection-flags.ts'
import { type Impersonation, mergeImpersonation, nobodyElse, parseExtra } from './impersonation.ts'
import { inCluster, isInPod, serviceAccountFolder } from './in-cluster.ts'
import {
  type ClusterEntry,
  type Environment,
  type Kubeconfig,
  loadKubeconfig,
  type UserEntry,
} from './kubeconfig.ts'
import { chooseCluster, chooseContext, chooseUser, noServer } from './kubeconfig-names.ts'
import { type ProxyServer, proxyFor } from './proxy.ts'
import { parseRequestTimeout } from './request-timeout.ts'

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
  readonly username?: string | undefined
  readonly password?: string | undefined
  readonly as?: string | undefined
  readonly asGroup?: readonly string[] | undefined
  readonly asUid?: string | undefined
  /** `KEY=VALUE` each. */
  readonly asUserExtra?: readonly string[] | undefined
  readonly certificateAuthority?: string | undefined
  readonly clientCertificate?: string | undefined
  readonly clientKey?: string | undefined
  readonly tlsServerName?: string | undefined
  readonly insecureSkipTlsVerify?: boolean | undefined
  readonly disableCompression?: boolean | undefined
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
  readonly impersonation: Impersonation
  readonly proxy: ProxyServer | undefined
  /** Milliseconds for one request with its body and its repetitions; absent: no limit. */
  readonly timeoutMs: number | undefined
}

/** What kubeconfig or the service account of a pod say, before any flag. */
interface Base {
  readonly context: string | undefined
  readonly namespace: string | undefined
  readonly cluster: ClusterEntry
  readonly userName: string | undefined
  readonly user: UserEntry
}

/**
 * Applies the flags to the kubeconfig files, with kubectl's precedence (client-go, clientcmd/client_config.go). In a
 * pod without any kubeconfig, its service account takes their place.
 *
 * @param accountFolder where a service account is mounted, if it is
 * @throws KnownError when a name does not exist, no server is known, or settings contradict each other
 */
export async function resolveConnection(
  options: ConnectionOptions,
  env: Environment,
  accountFolder: string = serviceAccountFolder,
): Promise<Connection> {
  const config = await loadKubeconfig(options.kubeconfig, env)
  const base = (await ofPod(options, config, env, accountFolder)) ?? ofKubeconfig(options, config, env)
  const cluster = applyClusterFlags(options, base.cluster)
  const user = applyUserFlags(options, base.user)
  rejectContradictions(cluster, user, base.userName)
  const server = serverOf(cluster, user, base.context, config)
  return {
    context: base.context,
    namespace: namespaceOf(options.namespace ?? base.namespace ?? 'default'),
    server,
    cluster,
    userName: base.userName,
    user,
    impersonation: mergeImpersonation(user.impersonation ?? nobodyElse, {
      user: options.as,
      groups: options.asGroup ?? [],
      uid: options.asUid,
      extra: parseExtra(options.asUserExtra ?? []),
    }),
    proxy: proxyFor(server, cluster.proxyUrl, env),
    timeoutMs: parseRequestTimeout(options.requestTimeout),
  }
}

async function ofPod(
  { kubeconfig, context, cluster, user, server }: ConnectionOptions,
  config: Kubeconfig,
  env: Environment,
  accountFolder: string,
): Promise<Base | undefined> {
  const isNamed = (kubeconfig ?? context ?? cluster ?? user ?? server) !== undefined
  if (isNamed || config.contexts.size + config.clusters.size + config.users.size > 0) return undefined
  const pod = await inCluster(env, accountFolder)
  return pod && { ...pod, context: undefined, userName: undefined }
}

function ofKubeconfig(options: ConnectionOptions, config: Kubeconfig, env: Environment): Base {
  if (options.server === undefined && config.found.length === 0 && isInPod(env)) {
    throw new KnownError(
      'NO_SERVICE_ACCOUNT',
      'this pod has neither a kubeconfig nor the token of its service account: check automountServiceAccountToken, or set KUBECONFIG',
    )
  }
  const [contextName, context] = chooseContext(options, config)
  const userName = options.user ?? context.user
  return {
    context: contextName,
    namespace: context.namespace,
    cluster: chooseCluster(options, config, context, contextName),
    userName,
    user: chooseUser(options, config, userName, contextName),
  }
}

function serverOf(
  cluster: ClusterEntry,
  user: UserEntry,
  context: string | undefined,
  config: Kubeconfig,
): string {
  if (cluster.server === undefined) throw noServer(config, context)
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
