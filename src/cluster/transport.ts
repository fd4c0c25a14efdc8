import { KnownError } from '../snapshot/known-error.ts'
import { type Clock, isTimeout } from './clock.ts'
import type { Connection } from './connection.ts'
import { connectionFailure, nameOf } from './connection-failure.ts'
import { maxConnections } from './dispatcher.ts'
import { createLimiter } from './limiter.ts'
import { createPatience } from './patience.ts'
import { waitBeforeRetry } from './retry.ts'
import type { Answer, OpenAnswer, Sender } from './sender.ts'

/** The one way to the API server in a run. It only ever sends GET. */
export interface Transport {
  /**
   * Sends one request, and again where that is safe and of use (`retry.ts`), within the time limit of a request.
   *
   * @param path path and query below the server's own path prefix, such as `/api/v1/pods?limit=500`
   * @throws KnownError when there is no answer (one sentence about server and context), or the credentials are
   *   refused even after they were renewed; the signal's reason when the run was interrupted
   */
  get(path: string, accept?: string): Promise<Answer>
  /**
   * Opens an answer that goes on: a watch. It is tried once; who watches decides when to try again.
   *
   * @param until aborted when no more lines are wanted
   * @throws as `get`; its lines too, when the answer breaks
   */
  open(path: string, until: AbortSignal): Promise<OpenAnswer>
  /** Texts of the `Warning` headers so far, each once. Untrusted. */
  readonly warnings: ReadonlySet<string>
  /** The newest `Date` header so far, in milliseconds since 1970. */
  readonly serverTimeMs: number | undefined
  close(): Promise<void>
}

/** Opens nothing yet: connections are made by the first requests and kept until `close`. */
export function createTransport(
  connection: Connection,
  sender: Sender,
  clock: Clock,
  signal: AbortSignal,
): Transport {
  const { timeoutMs } = connection
  const limit = createLimiter(maxConnections)
  const patience = createPatience(maxConnections)
  let retries = 0
  const get = async (path: string, accept: string): Promise<Answer> => {
    if (patience.isLost) throw silent(connection)
    const startMs = clock.now()
    const remainingMs = (): number | undefined =>
      timeoutMs === undefined ? undefined : Math.max(1, Math.ceil(timeoutMs - (clock.now() - startMs)))
    for (let ofRequest = 0; ; ofRequest++) {
      signal.throwIfAborted()
      const attempt = await sender
        .send(path, accept, remainingMs)
        .then((answer) => ({ answer }))
        .catch((error: unknown) => ({ error }))
      signal.throwIfAborted()
      const waitMs = waitBeforeRetry('answer' in attempt ? attempt.answer : attempt, {
        ofRequest,
        ofSession: retries,
        hasAnswered: sender.hasAnswered,
        remainingMs: remainingMs(),
        random: clock.random(),
      })
      if (waitMs === undefined) return settle(attempt)
      retries++
      await clock.sleep(waitMs, signal)
    }
  }
  const settle = (attempt: { readonly answer: Answer } | { readonly error: unknown }): Answer => {
    if ('answer' in attempt) {
      patience.answered()
      return attempt.answer
    }
    if (isTimeout(attempt.error)) patience.timedOut()
    throw translate(attempt.error, connection)
  }
  return {
    get warnings() {
      return sender.warnings
    },
    get serverTimeMs() {
      return sender.serverTimeMs
    },
    get: (path, accept = 'application/json') => limit(() => get(path, accept)),
    open: async (path, until) => {
      try {
        const answer = await sender.open(path, 'application/json', timeoutMs, until)
        // A server that is back is asked again.
        patience.answered()
        return answer
      } catch (error) {
        signal.throwIfAborted()
        throw translate(error, connection)
      }
    },
    close: () => sender.close(),
  }
}

function translate(error: unknown, connection: Connection): unknown {
  if (error instanceof KnownError) return error
  if (!isTimeout(error)) return connectionFailure(error, connection) ?? error
  const seconds = (connection.timeoutMs ?? 0) / 1_000
  return new KnownError(
    'REQUEST_TIMEOUT',
    `the API server ${nameOf(connection)} did not answer within ${seconds} s: check its load, or raise --request-timeout`,
    { cause: error },
  )
}

function silent(connection: Connection): KnownError {
  return new KnownError(
    'REQUEST_TIMEOUT',
    `the API server ${nameOf(connection)} did not answer ${maxConnections} requests in a row, so it was not asked any more: check its load, or raise --request-timeout`,
  )
}
