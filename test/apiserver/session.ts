import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { Clock } from '../../src/cluster/clock.ts'
import { type ClusterSession, openCluster } from '../../src/cluster/cluster.ts'
import type { ConnectionOptions } from '../../src/cluster/connection.ts'
import type { Certificates } from './certificates.ts'
import { base64, temporaryFolder, writeKubeconfig } from './kubeconfig-files.ts'
import { type ApiServer, type Handler, type Protocol, startApiServer } from './server.ts'

export interface SessionOptions {
  readonly user?: unknown
  readonly cluster?: Readonly<Record<string, unknown>>
  /** `proxy-url` of the cluster. */
  readonly proxyUrl?: string
  /** Appended to the server's address. */
  readonly prefix?: string
  readonly flags?: ConnectionOptions
  readonly signal?: AbortSignal
  readonly clock?: Clock
  /** On top of the environment of the tests, in which no proxy is set. */
  readonly env?: Readonly<Record<string, string>>
}

/** A server with these handlers, ended with the test. */
export async function startServer(
  certificates: Certificates,
  handlers: readonly Handler[],
  protocol?: Protocol,
): Promise<ApiServer> {
  const server = await startApiServer(certificates, handlers, protocol)
  onTestFinished(() => server.close())
  return server
}

/** A session as a user with a kubeconfig for this server would get it, closed with the test. */
export async function openSession(
  server: Pick<ApiServer, 'url'>,
  certificates: Certificates,
  options: SessionOptions = {},
): Promise<ClusterSession> {
  const { user = {}, cluster, prefix = '', flags = {}, signal = new AbortController().signal } = options
  const kubeconfig = writeKubeconfig(join(temporaryFolder(), 'config'), {
    currentContext: 'test',
    contexts: { test: 'here/jane/billing' },
    clusters: {
      here: {
        server: server.url + prefix,
        ...(cluster ?? { 'certificate-authority-data': base64(certificates.ca) }),
        'proxy-url': options.proxyUrl,
      },
    },
    users: { jane: user },
  })
  const session = await openCluster({ kubeconfig, ...flags }, signal, {
    env: { ...withoutProxies(process.env), ...options.env },
    isInteractive: false,
    clock: options.clock,
  })
  onTestFinished(() => session.close())
  return session
}

/** Whoever runs the tests may reach the world through a proxy; the tests must not. */
function withoutProxies(env: NodeJS.ProcessEnv): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(https?|no)_proxy$/i.test(name)))
}
