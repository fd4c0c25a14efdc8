import { createSecureServer } from 'node:http2'
import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { Certificates } from './certificates.ts'
import { type Incoming, type Outgoing, type Reply, send } from './wire.ts'

/** One request as a handler sees it. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Incoming['headers']
  /** Common name of the client certificate, if one was shown. */
  readonly clientName: string | undefined
  readonly httpVersion: string
}

/** Answers a request or leaves it to the next handler. A misbehaviour is a handler put before the others. */
export type Handler = (request: ApiRequest) => Reply | undefined

/** `http/1.1` alone, or HTTP/2 beside it, as kube-apiserver offers both. */
export type Protocol = 'http/1.1' | 'h2'

export interface ApiServer {
  /** `https://127.0.0.1:PORT` */
  readonly url: string
  /** Every request so far, in order. */
  readonly requests: readonly ApiRequest[]
  /** How many connections were opened so far. */
  connectionCount(): number
  /** How many requests were left hanging so far, without an answer or without its end. */
  hangingCount(): number
  close(): Promise<void>
}

/**
 * A TLS API server on loopback, on a free port unless one is wanted, that gives each request to the first handler with an answer, and
 * answers the rest as kube-apiserver does for unknown paths: 404 in plain text.
 */
export async function startApiServer(
  certificates: Certificates,
  handlers: readonly Handler[],
  protocol: Protocol = 'http/1.1',
  wantedPort = 0,
): Promise<ApiServer> {
  const requests: ApiRequest[] = []
  const sockets = new Set<Socket>()
  let hanging = 0
  const answer = (incoming: Incoming, response: Outgoing): void => {
    const request = requestOf(incoming)
    requests.push(request)
    const reply = handlers.map((handler) => handler(request)).find((found) => found !== undefined)
    const tcp = [...sockets].find(({ remotePort }) => remotePort === incoming.socket.remotePort)
    if (reply?.wire === 'hang' || reply?.wire === 'trickle') hanging++
    send(response, reply ?? { status: 404, text: '404 page not found\n' }, tcp)
  }
  const tls = { ...certificates.server, ca: certificates.ca, requestCert: true, rejectUnauthorized: false }
  const server =
    protocol === 'h2'
      ? createSecureServer({ ...tls, allowHTTP1: true }, answer)
      : createServer({ ...tls, ALPNProtocols: ['http/1.1'] }, answer)
  let connections = 0
  server.on('secureConnection', () => connections++)
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket))
  })
  // Clients that break off are part of the tests.
  server.on('sessionError', () => undefined).on('tlsClientError', () => undefined)
  await new Promise<void>((listening) => server.listen(wantedPort, '127.0.0.1', listening))
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  return {
    url: `https://127.0.0.1:${port}`,
    requests,
    connectionCount: () => connections,
    hangingCount: () => hanging,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function requestOf(incoming: Incoming): ApiRequest {
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
    httpVersion: incoming.httpVersion,
  }
}

/** A `v1 Status` as kube-apiserver sends it. */
export function status(code: number, reason: string, message: string, headers: Reply['headers'] = {}): Reply {
  return {
    status: code,
    headers,
    json: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message, code },
  }
}
