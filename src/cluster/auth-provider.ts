import type { RequestOptions } from 'node:https'
import { KubeConfig } from '@kubernetes/client-node'
import type { Json } from '../snapshot/kinds/json.ts'
import { KnownError } from '../snapshot/known-error.ts'
import type { Connection } from './connection.ts'

/**
 * Lets @kubernetes/client-node make the Authorization header of a user with an `auth-provider`: `oidc`, whose token
 * it refreshes in memory. kubectl knows no other provider since 1.26, so an old entry gets the same answer here.
 *
 * This module is loaded only when such a user is met: it brings all of client-node.
 *
 * @throws KnownError when the provider is unknown or gives no token
 */
export async function authorizationByProvider(
  connection: Connection,
  provider: { readonly name: string; readonly config: Json },
): Promise<string> {
  const user = `user "${connection.userName ?? ''}"`
  if (provider.name !== 'oidc') {
    throw new KnownError(
      'AUTH_PROVIDER',
      `the auth-provider "${provider.name}" of ${user} no longer exists in kubectl: use its exec plugin instead`,
    )
  }
  const config = new KubeConfig()
  config.loadFromOptions({
    clusters: [{ name: 'cluster', server: connection.server, skipTLSVerify: false }],
    users: [{ name: 'user', authProvider: { name: provider.name, config: { ...provider.config } } }],
    contexts: [{ name: 'context', cluster: 'cluster', user: 'user' }],
    currentContext: 'context',
  })
  const options: RequestOptions & { headers: Record<string, string> } = { headers: {} }
  await config.applyToHTTPSOptions(options).catch((cause: unknown) => {
    throw noToken(user, cause)
  })
  const authorization = options.headers['Authorization']
  if (authorization === undefined) throw noToken(user)
  return authorization
}

function noToken(user: string, cause?: unknown): KnownError {
  return new KnownError(
    'AUTH_PROVIDER',
    `the oidc token of ${user} has expired and could not be refreshed: log in again (a refreshed token is not written back to the kubeconfig)`,
    { cause },
  )
}
