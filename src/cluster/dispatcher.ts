import { Agent, buildConnector, type Dispatcher } from 'undici'
import { type TlsSettings, trustedByDefault } from './credentials.ts'
import type { ProxyServer } from './proxy.ts'
import { openTunnel } from './tunnel.ts'

/** Requests at once, and connections: undici's own bound does not hold over HTTP/2, so the limiter has it too. */
export const maxConnections = 6
const connectLimitMs = 10_000

/**
 * The connections to one server with one TLS identity, direct or through a proxy. Opens nothing yet.
 *
 * @param connections the most at once; `null`: as many as there are requests
 */
export function createDispatcher(
  tls: TlsSettings | undefined,
  proxy: ProxyServer | undefined,
  connections: number | null = maxConnections,
): Dispatcher {
  const direct = buildConnector({ ...tls, timeout: connectLimitMs, allowH2: true })
  return new Agent({
    connections,
    keepAliveTimeout: 10_000,
    // The time limit of a request is ours: undici's own would hold even when none is wanted.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: proxy === undefined ? direct : through(proxy, direct, tls),
  })
}

function through(
  proxy: ProxyServer,
  direct: buildConnector.connector,
  tls: TlsSettings | undefined,
): buildConnector.connector {
  const trust = {
    ca: [...trustedByDefault(), ...[tls?.ca ?? []].flat()],
    rejectUnauthorized: tls?.rejectUnauthorized ?? true,
  }
  return (options, callback) => {
    const isPlain = options.protocol === 'http:'
    const target = {
      host: options.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(options.port || (isPlain ? 80 : 443)),
    }
    openTunnel(proxy, target, trust).then(
      (socket) => (isPlain ? callback(null, socket) : direct({ ...options, httpSocket: socket }, callback)),
      (error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null),
    )
  }
}
