import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type ClusterSession, openCluster } from '../../src/cluster/cluster.ts'
import type { ConnectionOptions } from '../../src/cluster/connection.ts'
import type { Certificates } from './certificates.ts'
import { base64, temporaryFolder, writeKubeconfig } from './kubeconfig-files.ts'
import { type ApiServer, type Handler, startApiServer } from './server.ts'

export interface SessionOptions {
  readonly user?: unknown
  readonly cluster?: Readonly<Record<string, unknown>>
  /** Appended to the server's address. */
  readonly prefix?: string
  readonly flags?: ConnectionOptions
  readonly signal?: AbortSignal
}

/** A server with these handlers, ended with the test. */
export async function startServer(
  certificates: Certificates,
  handlers: readonly Handler[],
): Promise<ApiServer> {
  const server = await startApiServer(certificates, handlers)
  onTestFinished(() => server.close())
  return server
}

/** A session as a user with a kubeconfig for this server would get it, closed with the test. */
export async function openSession(
  server: Pick<ApiServer, 'url'>,
  certificates: Certificates,
  { user = {}, cluster, prefix = '', flags = {}, signal = new AbortController().signal }: SessionOptions = {},
): Promise<ClusterSession> {
  const kubeconfig = writeKubeconfig(join(temporaryFolder(), 'config'), {
    currentContext: 'test',
    contexts: { test: 'here/jane/billing' },
    clusters: {
      here: {
        server: server.url + prefix,
        ...(cluster ?? { 'certificate-authority-data': base64(certificates.ca) }),
      },
    },
    users: { jane: user },
  })
  const session = await openCluster({ kubeconfig, ...flags }, signal, {
    env: process.env,
    isInteractive: false,
  })
  onTestFinished(() => session.close())
  return session
}
