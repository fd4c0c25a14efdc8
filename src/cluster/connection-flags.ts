import { KnownError } from '../snapshot/known-error.ts'
import type { ConnectionOptions } from './connection.ts'
import type { ClusterEntry, UserEntry } from './kubeconfig.ts'

/** The flags about a cluster over its entry: each also undoes what contradicts it (client-go, clientcmd/client_config.go). */
export function applyClusterFlags(options: ConnectionOptions, cluster: ClusterEntry): ClusterEntry {
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
  if (options.disableCompression !== undefined) result.disableCompression = options.disableCompression
  return result
}

/** The flags about a user over its entry. */
export function applyUserFlags(options: ConnectionOptions, user: UserEntry): UserEntry {
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
  if (options.username !== undefined) result.username = options.username
  if (options.password !== undefined) result.password = options.password
  return result
}

/**
 * Refuses what kubectl refuses (client-go, clientcmd/validation.go).
 *
 * @throws KnownError naming the settings that exclude each other
 */
export function rejectContradictions(
  cluster: ClusterEntry,
  user: UserEntry,
  userName: string | undefined,
): void {
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
}
