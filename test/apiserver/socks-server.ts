import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import type { TestProxy } from './proxy.ts'

export interface SocksOptions {
  /** User and password that it wants; absent: nothing. */
  readonly login?: readonly [user: string, password: string]
  /** The reply with which it refuses everything (RFC 1928, section 6). */
  readonly refuses?: number
}

/** A SOCKS5 proxy on loopback, ended with the test. It expects each message in one piece, as a client sends it. */
export async function startSocksProxy(options: SocksOptions = {}): Promise<TestProxy> {
  const targets: string[] = []
  const open = new Set<Socket>()
  const server = createServer((client) => {
    open.add(client)
    client.on('error', () => undefined)
    serve(client, options, targets, open).catch(() => client.destroy())
  })
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => {
    server.close()
    for (const socket of open) socket.destroy()
  })
  const address = server.address()
  return { address: `127.0.0.1:${typeof address === 'object' ? address?.port : ''}`, targets }
}

async function serve(
  client: Socket,
  { login, refuses = 0 }: SocksOptions,
  targets: string[],
  open: Set<Socket>,
): Promise<void> {
  const methods = (await message(client)).subarray(2)
  const method = login === undefined ? 0 : 2
  client.write(Buffer.from([5, methods.includes(method) ? method : 0xff]))
  if (login !== undefined) {
    const wanted = login.map((text) => Buffer.from([text.length, ...Buffer.from(text)]))
    const isRight = Buffer.concat([Buffer.from([1]), ...wanted]).equals(await message(client))
    client.write(Buffer.from([1, isRight ? 0 : 1]))
    if (!isRight) return
  }
  const request = await message(client)
  const host = request[3] === 1 ? request.subarray(4, 8).join('.') : request.subarray(5, -2).toString('utf8')
  const port = request.readUInt16BE(request.length - 2)
  const reply = Buffer.from([5, refuses, 0, 1, 127, 0, 0, 1, 0, 0])
  if (refuses !== 0) {
    client.end(reply)
    return
  }
  targets.push(`${host}:${port}`)
  const upstream = connect(port, host)
  open.add(upstream)
  await once(upstream, 'connect')
  upstream.on('error', () => client.destroy())
  client.write(reply)
  client.pipe(upstream).pipe(client)
}

async function message(socket: Socket): Promise<Buffer> {
  const [chunk]: unknown[] = await once(socket, 'data')
  return Buffer.isBuffer(chunk) ? chunk : Buffer.alloc(0)
}
