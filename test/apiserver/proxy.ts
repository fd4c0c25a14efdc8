import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Certificates } from './certificates.ts'

export interface ProxyOptions {
  /** `user:password` that it wants; absent: nothing. */
  readonly login?: string
  /** The status with which it refuses everything. */
  readonly refuses?: number
  /** Where everything is connected to, whatever is asked for: a name that nobody else knows leads somewhere. */
  readonly leadsTo?: string
  /** Speaks TLS itself, with the server certificate of these. */
  readonly certificates?: Certificates
}

export interface TestProxy {
  /** `127.0.0.1:PORT` */
  readonly address: string
  /** What was asked to be connected to, in order. */
  readonly targets: readonly string[]
}

/** An HTTP proxy on loopback that knows CONNECT only, ended with the test. */
export async function startProxy({
  login,
  refuses,
  leadsTo,
  certificates,
}: ProxyOptions = {}): Promise<TestProxy> {
  const targets: string[] = []
  const open = new Set<Socket>()
  const server = certificates === undefined ? createServer() : createTlsServer({ ...certificates.server })
  server.on('connection', (socket: Socket) => open.add(socket))
  server.on('connect', (request: IncomingMessage, client: Socket) => {
    client.on('error', () => undefined)
    const wanted = login && `Basic ${Buffer.from(login).toString('base64')}`
    if (wanted !== undefined && request.headers['proxy-authorization'] !== wanted) {
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n')
      return
    }
    if (refuses !== undefined) {
      client.end(`HTTP/1.1 ${refuses} No\r\nContent-Length: 0\r\n\r\n`)
      return
    }
    targets.push(request.url ?? '')
    const [host, port] = (leadsTo ?? request.url ?? '').split(':')
    const upstream = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 Connection established\r\n\r\n')
      client.pipe(upstream).pipe(client)
    })
    open.add(upstream)
    upstream.on('error', () => client.destroy())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  const address = server.address()
  return { address: `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, targets }
}
