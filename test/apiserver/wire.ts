import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import type { Socket } from 'node:net'

/** What goes wrong between a right answer and the client. */
export type WireFault =
  /** Nothing is ever sent. */
  | 'hang'
  /** The connection is reset (RST) before the header. */
  | 'reset'
  /** The header and half of the body, then a reset. */
  | 'cut'
  /** The header, then one byte a second. */
  | 'trickle'
  /** Over HTTP/2: a whole answer, and the client is sent away to another connection, as by `--goaway-chance`. */
  | 'goaway'

/** An answer: JSON, or with `text` any text, or with `bytes` JSON in any encoding, or parts as they come. */
export interface Reply {
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly bytes?: Buffer
  readonly parts?: AsyncIterable<string>
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly wire?: WireFault
}

export type Incoming = IncomingMessage | Http2ServerRequest
export type Outgoing = ServerResponse | Http2ServerResponse

/** Sends a reply, over HTTP/1.1 or HTTP/2, or what a fault makes of it. `tcp` is the connection below TLS. */
export function send(response: Outgoing, reply: Reply, tcp: Socket | undefined): void {
  if (reply.wire === 'hang') return
  if (reply.wire === 'reset') {
    tcp?.resetAndDestroy()
    return
  }
  const isText = reply.text !== undefined
  response.statusCode = reply.status ?? 200
  response.setHeader('content-type', isText ? 'text/plain; charset=utf-8' : 'application/json')
  for (const [name, value] of Object.entries(reply.headers ?? {})) response.setHeader(name, value)
  if (reply.parts !== undefined) {
    void sendParts(response, reply.parts)
    return
  }
  const body = reply.bytes ?? Buffer.from(reply.text ?? JSON.stringify(reply.json) ?? '')
  response.setHeader('content-length', body.length)
  if (reply.wire === 'goaway' && 'stream' in response) response.stream.session?.goaway()
  if (reply.wire === 'trickle') trickle(response, body)
  else if (reply.wire === 'cut') {
    write(response, body.subarray(0, body.length / 2), () => tcp?.resetAndDestroy())
  } else finish(response, body)
}

/** Both responses know these, but their overloads have no common call. */
function write(response: Outgoing, body: Buffer, then?: () => void): void {
  if ('stream' in response) response.write(body, 'utf8', () => then?.())
  else response.write(body, () => then?.())
}

function finish(response: Outgoing, body: Buffer): void {
  if ('stream' in response) response.end(body)
  else response.end(body)
}

function trickle(response: Outgoing, body: Buffer): void {
  let sent = 0
  const timer = setInterval(() => {
    write(response, body.subarray(sent, ++sent))
    if (sent === body.length) finish(response, Buffer.alloc(0))
  }, 1_000)
  write(response, body.subarray(sent, ++sent))
  response.on('close', () => clearInterval(timer))
}

async function sendParts(response: Outgoing, parts: AsyncIterable<string>): Promise<void> {
  const iterator = parts[Symbol.asyncIterator]()
  response.on('close', () => void iterator.return?.())
  for (let part = await iterator.next(); part.done !== true; part = await iterator.next()) {
    write(response, Buffer.from(part.value))
  }
  finish(response, Buffer.alloc(0))
}
