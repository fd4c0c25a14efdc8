import { isIP } from 'node:net'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { Agent, type Dispatcher, request } from 'undici'
import packageJson from '../../package.json' with { type: 'json' }
import { KnownError } from '../snapshot/known-error.ts'
import type { Connection } from './connection.ts'
import { connectionFailure, nameOf } from './connection-failure.ts'
import type { Credentials } from './credentials.ts'
import { createLimiter } from './limiter.ts'

/** One answer of the API server, whatever its status. */
export interface Answer {
  readonly status: number
  /** Media type without parameters, lower case. */
  readonly contentType: string
  readonly body: string
}

/** The one way to the API server in a run. It only ever sends GET. */
export interface Transport {
  /**
   * @param path path and query below the server's own path prefix, such as `/api/v1/pods?limit=500`
   * @throws KnownError when there is no answer (one sentence about server and context), or the answer is a 401;
   *   the signal's reason when the run was interrupted
   */
  get(path: string, accept?: string): Promise<Answer>
  /** Texts of the `Warning` headers so far, each once. Untrusted. */
  readonly warnings: ReadonlySet<string>
  /** The newest `Date` header so far, in milliseconds since 1970. */
  readonly serverTimeMs: number | undefined
  close(): Promise<void>
}

/** Both limits: undici's own does not hold over HTTP/2, and a request's time must not run while it waits in line. */
const maxConnections = 6
const unzip = promisify(gunzip)

/** Opens nothing yet: connections are made by the first requests and kept until `close`. */
export function createTransport(
  connection: Connection,
  credentials: Credentials,
  signal: AbortSignal,
): Transport {
  const agent = new Agent({
    allowH2: false,
    connections: maxConnections,
    keepAliveTimeout: 10_000,
    connect: { ...credentials.tls, timeout: 10_000 },
  })
  const limit = createLimiter(maxConnections)
  const headers = headersOf(connection, credentials)
  const warnings = new Set<string>()
  let serverTimeMs: number | undefined
  const note = (received: Dispatcher.ResponseData['headers']): void => {
    for (const warning of warningsIn(received['warning'])) warnings.add(warning)
    const time = Date.parse(String(received['date']))
    if (!Number.isNaN(time)) serverTimeMs = Math.max(serverTimeMs ?? 0, time)
  }
  const send = async (path: string, accept: string): Promise<Answer> => {
    signal.throwIfAborted()
    const response = await request(connection.server + path, {
      dispatcher: agent,
      headers: { ...headers, accept },
      signal: withTimeout(signal, connection.timeoutMs),
    })
    note(response.headers)
    const body = await readBody(response)
    return { status: response.statusCode, contentType: mediaType(response.headers['content-type']), body }
  }
  return {
    warnings,
    get serverTimeMs() {
      return serverTimeMs
    },
    get: (path, accept = 'application/json') =>
      limit(async () => {
        const answer = await send(path, accept).catch((error: unknown) => {
          signal.throwIfAborted()
          throw translate(error, connection)
        })
        if (answer.status === 401) throw unauthorized(connection)
        return answer
      }),
    close: () => agent.destroy(),
  }
}

/** Exact for headers and body together, unlike undici's own timeouts. */
function withTimeout(signal: AbortSignal, timeoutMs: number | undefined): AbortSignal {
  return timeoutMs === undefined ? signal : AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
}

function headersOf(connection: Connection, credentials: Credentials): Record<string, string> {
  const { hostname } = new URL(connection.server)
  const isLocal =
    hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
  return {
    'user-agent': `kubectl-netdoctor/${packageJson.version} (${process.platform}/${process.arch})`,
    ...(!isLocal && !connection.cluster.disableCompression && { 'accept-encoding': 'gzip' }),
    ...(credentials.authorization !== undefined && { authorization: credentials.authorization }),
  }
}

async function readBody({ headers, body }: Dispatcher.ResponseData): Promise<string> {
  const bytes = Buffer.from(await body.arrayBuffer())
  const isZipped = headers['content-encoding'] === 'gzip'
  return (isZipped ? await unzip(bytes) : bytes).toString('utf8')
}

function mediaType(header: string | string[] | undefined): string {
  return (String(header ?? '').split(';')[0] ?? '').trim().toLowerCase()
}

/** A version of an API going away concerns who wrote the request, and that is us, not the person at the terminal. */
const deprecation = /^\S+ \S+ is deprecated in v\d/

/** RFC 7234 section 5.5: `299 - "text"`, repeated or joined by commas. */
function warningsIn(header: string | string[] | undefined): readonly string[] {
  const values = header === undefined ? [] : [header].flat()
  return values
    .flatMap((value) => [...value.matchAll(/\b299 \S+ "((?:[^"\\]|\\.)*)"/g)])
    .map(([, warning = '']) => warning.replace(/\\(.)/g, '$1'))
    .filter((warning) => !deprecation.test(warning))
}

function translate(error: unknown, connection: Connection): unknown {
  if (error instanceof DOMException && error.name === 'TimeoutError') {
    const seconds = (connection.timeoutMs ?? 0) / 1_000
    return new KnownError(
      'REQUEST_TIMEOUT',
      `the API server ${nameOf(connection)} did not answer within ${seconds} s: check its load, or raise --request-timeout`,
      { cause: error },
    )
  }
  return connectionFailure(error, connection) ?? error
}

function unauthorized(connection: Connection): KnownError {
  const who =
    connection.userName === undefined
      ? 'no credentials were given'
      : `check or renew those of user "${connection.userName}"`
  return new KnownError(
    'UNAUTHORIZED',
    `the API server ${nameOf(connection)} rejected the credentials (401): ${who}`,
  )
}
