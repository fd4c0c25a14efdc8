import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import { TLSSocket } from 'node:tls'
import type { Certificates } from './certificates.ts'

/** One request as a handler sees it. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  /** Common name of the client certificate, if one was shown. */
  readonly clientName: string | undefined
}

/** An answer: JSON, or with `text` any text, or with `bytes` JSON in any encoding; `hang` never answers. */
export interface Reply {
  readonly status?: number
  readonly json?: unknown
  readonly text?: string
  readonly bytes?: Buffer
  readonly headers?: Readonly<Record<string, string | string[]>>
  readonly hang?: boolean
}

/** Answers a request or leaves it to the next handler. A misbehaviour is a handler put before the others. */
export type Handler = (request: ApiRequest) => Reply | undefined

export interface ApiServer {
  /** `https://127.0.0.1:PORT` */
  readonly url: string
  /** Every request so far, in order. */
  readonly requests: readonly ApiRequest[]
  /** How many connections were opened so far. */
  connectionCount(): number
  close(): Promise<void>
}

/**
 * A TLS API server on a free port of loopback that gives each request to the first handler with an answer, and
 * answers the rest as kube-apiserver does for unknown paths: 404 in plain text.
 */
export async function startApiServer(
  certificates: Certificates,
  handlers: readonly Handler[],
): Promise<ApiServer> {
  const requests: ApiRequest[] = []
  const server = createServer(
    { ...certificates.server, ca: certificates.ca, requestCert: true, rejectUnauthorized: false },
    (incoming, response) => {
      const request = requestOf(incoming)
      requests.push(request)
      const reply = handlers.map((handler) => handler(request)).find((answer) => answer !== undefined)
      send(response, reply ?? { status: 404, text: '404 page not found\n' })
    },
  )
  let connections = 0
  server.on('secureConnection', () => connections++)
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `https://127.0.0.1:${port}`,
    requests,
    connectionCount: () => connections,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}

function requestOf(incoming: IncomingMessage): ApiRequest {
  const url = new URL(incoming.url ?? '/', 'https://server')
  const { socket } = incoming
  return {
    method: incoming.method ?? '',
    path: url.pathname,
    query: url.searchParams,
    headers: incoming.headers,
    clientName:
      socket instanceof TLSSocket && socket.authorized
        ? String(socket.getPeerCertificate().subject.CN)
        : undefined,
  }
}

function send(response: ServerResponse, reply: Reply): void {
  if (reply.hang === true) return
  const isText = reply.text !== undefined
  response.writeHead(reply.status ?? 200, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json',
    ...reply.headers,
  })
  response.end(reply.bytes ?? reply.text ?? JSON.stringify(reply.json))
}

/** A `v1 Status` as kube-apiserver sends it. */
export function status(code: number, reason: string, message: string, headers: Reply['headers'] = {}): Reply {
  return {
    status: code,
    headers,
    json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code },
  }
}
