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

/** Sends single requests; what it has heard of the server so far is here too. */
export interface Sender {
  /**
   * One GET with the credentials of the session, once more with renewed ones after a 401. The body is whole.
   *
   * @param leftMs milliseconds until this fails with a `TimeoutError`, asked before each try; `undefined`: no limit
   * @throws KnownError `UNAUTHORIZED`; what undici, the socket, or unzipping threw; the signal's reason
   */
  send(path: string, accept: string, leftMs: () => number | undefined): Promise<Answer>
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
  return {
    warnings,
    get serverTimeMs() {
      return serverTimeMs
    },
    get hasAnswered() {
      return hasAnswered
    },
    send: async (path, accept, leftMs) => {
      const credentials = await authenticator.current()
      const answer = await sendAs(credentials, path, accept, leftMs())
      if (answer.status !== 401) {
        authenticator.accepted(credentials)
        return answer
      }
      const renewed = await authenticator.renewed(credentials)
      const again = renewed && (await sendAs(renewed, path, accept, leftMs()))
      if (renewed === undefined || again === undefined || again.status === 401) throw unauthorized(connection)
      authenticator.accepted(renewed)
      return again
    },
    close: () => dispatchers.close(),
  }
}

async function answerOf(response: Dispatcher.ResponseData): Promise<Answer> {
  const { headers, statusCode } = response
  return {
    status: statusCode,
    contentType: (first(headers['content-type'])?.split(';')[0] ?? '').trim().toLowerCase(),
    location: first(headers['location']),
    retryAfter: first(headers['retry-after']),
    body: await readBody(response),
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
