import { isIP } from 'node:net'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { type Dispatcher, request } from 'undici'
import packageJson from '../../package.json' with { type: 'json' }
import { KnownError } from '../snapshot/known-error.ts'
import type { Authenticator } from './authenticator.ts'
import type { Clock } from './clock.ts'
import type { Connection } from './connection.ts'
import { nameOf } from './connection-failure.ts'
import type { Credentials, TlsSettings } from './credentials.ts'
import { createDispatcher } from './dispatcher.ts'
import { impersonationHeaders } from './impersonation.ts'
import { warningsIn } from './warnings.ts'

/** One answer of the API server, whatever its status. */
export interface Answer {
  readonly status: number
  /** Media type without parameters, lower case. */
  readonly contentType: string
  /** Where a redirect points to. Untrusted. */
  readonly location: string | undefined
  readonly retryAfter: string | undefined
  readonly body: string
}

/** An answer whose body comes as it is written: a watch. */
export interface OpenAnswer extends Omit<Answer, 'body'> {
  /** Lines without their ends; a last line that was cut off is not among them. Throws as `send` when it breaks. */
  readonly lines: AsyncIterable<string>
}

/** Sends single requests; what it has heard of the server so far is here too. */
export interface Sender {
  /**
   * One GET with the credentials of the session, once more with renewed ones after a 401. The body is whole.
   *
   * @param leftMs milliseconds until this fails with a `TimeoutError`, asked before each try; `undefined`: no limit
   * @throws KnownError `UNAUTHORIZED`; what undici, the socket, or unzipping threw; the signal's reason
   */
  send(path: string, accept: string, leftMs: () => number | undefined): Promise<Answer>
  /**
   * As `send`, for an answer that goes on until the server ends it or `until` is aborted. Such requests have connections of
   * their own, so that no other waits for them.
   *
   * @param leftMs milliseconds until the header must be there
   */
  open(path: string, accept: string, leftMs: number | undefined, until: AbortSignal): Promise<OpenAnswer>
  readonly warnings: ReadonlySet<string>
  readonly serverTimeMs: number | undefined
  /** Whether the server has answered anything. */
  readonly hasAnswered: boolean
  close(): Promise<void>
}

const unzip = promisify(gunzip)

export function createSender(
  connection: Connection,
  authenticator: Authenticator,
  clock: Clock,
  signal: AbortSignal,
): Sender {
  const dispatchers = createDispatchers((tls) => createDispatcher(tls, connection.proxy))
  const forWatches = createDispatchers((tls) => createDispatcher(tls, connection.proxy, null))
  const common = commonHeaders(connection)
  const warnings = new Set<string>()
  let serverTimeMs: number | undefined
  let hasAnswered = false
  const note = (received: Dispatcher.ResponseData['headers']): void => {
    for (const warning of warningsIn(received['warning'])) warnings.add(warning)
    const time = Date.parse(String(received['date']))
    if (!Number.isNaN(time)) serverTimeMs = Math.max(serverTimeMs ?? 0, time)
    hasAnswered = true
  }
  const sendAs = async (
    { tls, authorization }: Credentials,
    path: string,
    accept: string,
    leftMs: number | undefined,
  ): Promise<Answer> => {
    const deadline = leftMs === undefined ? undefined : clock.deadline(leftMs)
    try {
      const response = await request(connection.server + path, {
        dispatcher: dispatchers.of(tls),
        headers: { ...common, ...(authorization !== undefined && { authorization }), accept },
        signal: deadline === undefined ? signal : AbortSignal.any([signal, deadline.signal]),
      })
      note(response.headers)
      return await answerOf(response)
    } finally {
      deadline?.clear()
    }
  }
  const openAs = async (
    { tls, authorization }: Credentials,
    path: string,
    accept: string,
    leftMs: number | undefined,
    until: AbortSignal,
  ): Promise<OpenAnswer> => {
    const deadline = leftMs === undefined ? undefined : clock.deadline(leftMs)
    try {
      const response = await request(connection.server + path, {
        dispatcher: forWatches.of(tls),
        // Nothing may wait in a compressor.
        headers: {
          ...common,
          ...(authorization !== undefined && { authorization }),
          accept,
          'accept-encoding': 'identity',
        },
        signal: AbortSignal.any([signal, until, ...(deadline === undefined ? [] : [deadline.signal])]),
      })
      note(response.headers)
      return { ...headOf(response), lines: linesOf(response.body) }
    } finally {
      deadline?.clear()
    }
  }
  const authorised = async <A extends Pick<Answer, 'status'>>(
    attempt: (credentials: Credentials) => Promise<A>,
  ): Promise<A> => {
    const credentials = await authenticator.current()
    const answer = await attempt(credentials)
    if (answer.status !== 401) {
      authenticator.accepted(credentials)
      return answer
    }
    const renewed = await authenticator.renewed(credentials)
    const again = renewed && (await attempt(renewed))
    if (renewed === undefined || again === undefined || again.status === 401) throw unauthorized(connection)
    authenticator.accepted(renewed)
    return again
  }
  return {
    warnings,
    get serverTimeMs() {
      return serverTimeMs
    },
    get hasAnswered() {
      return hasAnswered
    },
    send: (path, accept, leftMs) => authorised((credentials) => sendAs(credentials, path, accept, leftMs())),
    open: (path, accept, leftMs, until) =>
      authorised((credentials) => openAs(credentials, path, accept, leftMs, until)),
    close: async () => {
      await Promise.all([dispatchers.close(), forWatches.close()])
    },
  }
}

async function answerOf(response: Dispatcher.ResponseData): Promise<Answer> {
  return { ...headOf(response), body: await readBody(response) }
}

function headOf({ headers, statusCode }: Dispatcher.ResponseData): Omit<Answer, 'body'> {
  return {
    status: statusCode,
    contentType: (first(headers['content-type'])?.split(';')[0] ?? '').trim().toLowerCase(),
    location: first(headers['location']),
    retryAfter: first(headers['retry-after']),
  }
}

/** One dispatcher as long as the client certificate stays the same; the renewed ones get connections of their own. */
function createDispatchers(create: (tls: TlsSettings | undefined) => Dispatcher) {
  const made: { readonly tls: TlsSettings | undefined; readonly dispatcher: Dispatcher }[] = []
  return {
    of: (tls: TlsSettings | undefined): Dispatcher => {
      const known = made.find(({ tls: other }) => other?.cert === tls?.cert && other?.key === tls?.key)
      if (known !== undefined) return known.dispatcher
      const dispatcher = create(tls)
      made.push({ tls, dispatcher })
      return dispatcher
    },
    close: async (): Promise<void> => {
      await Promise.all(made.map(({ dispatcher }) => dispatcher.destroy()))
    },
  }
}

function commonHeaders({
  server,
  cluster,
  impersonation,
}: Connection): Readonly<Record<string, string | string[]>> {
  const { hostname } = new URL(server)
  const isLocal =
    hostname === 'localhost' || hostname === '[::1]' || (isIP(hostname) === 4 && hostname.startsWith('127.'))
  return {
    'user-agent': `kubectl-netdoctor/${packageJson.version} (${process.platform}/${process.arch})`,
    ...(!isLocal && !cluster.disableCompression && { 'accept-encoding': 'gzip' }),
    ...impersonationHeaders(impersonation),
  }
}

/** A line holds one event, with an object of at most a few megabytes; a server that writes without end is cut off. */
const longestLine = 64 * 1024 * 1024

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let held = ''
  for await (const chunk of body) {
    const parts = (held + decoder.decode(chunk, { stream: true })).split('\n')
    held = parts.pop() ?? ''
    if (held.length > longestLine) throw new KnownError('BAD_WATCH', 'the server wrote a line without end')
    yield* parts
  }
}

async function readBody({ headers, body }: Dispatcher.ResponseData): Promise<string> {
  const bytes = Buffer.from(await body.arrayBuffer())
  const isZipped = headers['content-encoding'] === 'gzip'
  return (isZipped ? await unzip(bytes) : bytes).toString('utf8')
}

function first(header: string | string[] | undefined): string | undefined {
  return [header].flat()[0]
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
