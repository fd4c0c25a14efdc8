import { codeOf } from './connection-failure.ts'

/**
 * How often and how long a request is tried again; written down in docs/architecture.md. client-go tries up to ten
 * times, but also waits for ever: an engineer who asks why something fails wants an answer, and a gap is one.
 */
export const retryLimits = {
  /** Repetitions of one request. */
  perRequest: 3,
  /** Repetitions of a whole session: a server that fails everywhere is not asked everything four times. */
  perSession: 50,
  /** Before the first repetition without `Retry-After`; doubled each time. */
  firstWaitMs: 250,
  /** A longer `Retry-After` is not waited for. */
  longestWaitMs: 30_000,
} as const

/** What came of one attempt of a GET. */
export type Attempt =
  | { readonly status: number; readonly retryAfter: string | undefined }
  | { readonly error: unknown }

/** What is known when an attempt has failed. */
export interface RetryState {
  /** Repetitions so far, of this request and of the session. */
  readonly ofRequest: number
  readonly ofSession: number
  /** Whether this server has answered anything in this session. */
  readonly hasAnswered: boolean
  /** Milliseconds until the time limit of the request; absent: no limit. */
  readonly remainingMs: number | undefined
  /** From 0 to just below 1. */
  readonly random: number
}

/** The server, or what stands before it, is restarting or overloaded; 500 is an answer of the server itself. */
const passingStatus: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** The connection broke: asking again is safe for a GET. */
const broken: ReadonlySet<string> = new Set([
  'ECONNRESET',
  'EPIPE',
  'UND_ERR_SOCKET',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
  'UND_ERR_INFO',
  'HPE_INVALID_EOF_STATE',
  'Z_BUF_ERROR',
])

/**
 * How long to wait before a GET is sent once more, in milliseconds; `undefined`: it is not.
 *
 * As client-go does (rest/with_retry.go), 429 and every 5xx with `Retry-After` and a broken connection are tried
 * again; beyond it, the states that pass while an API server restarts. A server that never answered is not waited
 * for: a wrong address should be told at once.
 */
export function waitBeforeRetry(attempt: Attempt, state: RetryState): number | undefined {
  if (state.ofRequest >= retryLimits.perRequest || state.ofSession >= retryLimits.perSession) return undefined
  const waitMs = wantedWait(attempt, state)
  if (waitMs === undefined || waitMs > retryLimits.longestWaitMs) return undefined
  return state.remainingMs !== undefined && waitMs >= state.remainingMs ? undefined : waitMs
}

function wantedWait(attempt: Attempt, state: RetryState): number | undefined {
  // Half of it is fixed, so that several clients neither come back together nor at once.
  const backOffMs = retryLimits.firstWaitMs * 2 ** state.ofRequest * (0.5 + state.random / 2)
  if ('error' in attempt) {
    const code = codeOf(attempt.error) ?? ''
    const isPassing = broken.has(code) || (code === 'ECONNREFUSED' && state.hasAnswered)
    return isPassing ? backOffMs : undefined
  }
  const { status, retryAfter } = attempt
  if (status !== 429 && status < 500) return undefined
  // client-go reads whole seconds only; a date is not understood.
  if (retryAfter !== undefined && /^\d+$/.test(retryAfter)) return Number(retryAfter) * 1_000
  return passingStatus.has(status) ? backOffMs : undefined
}
