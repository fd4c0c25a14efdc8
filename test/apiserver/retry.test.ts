import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Attempt, type RetryState, retryLimits, waitBeforeRetry } from '../../src/cluster/retry.ts'

const usual: RetryState = {
  ofRequest: 0,
  ofSession: 0,
  hasAnswered: true,
  remainingMs: 60_000,
  random: 0.5,
}
const answered = (status: number, retryAfter?: string): Attempt => ({ status, retryAfter })
const broken = (code: string): Attempt => ({ error: Object.assign(new Error('broken'), { code }) })

describe('a request is tried again', () => {
  it.each<[string, Attempt, Partial<RetryState>, number | undefined]>([
    ['after what the server asks for', answered(429, '3'), {}, 3_000],
    ['after what the server asks for, with any 5xx', answered(500, '1'), {}, 1_000],
    ['at once if the server says so', answered(503, '0'), {}, 0],
    ['after a moment when it passes', answered(503), {}, 187.5],
    ['after a longer moment each time', answered(503), { ofRequest: 2 }, 750],
    ['when the connection broke', broken('ECONNRESET'), {}, 187.5],
    ['when a server that was there refuses: it restarts', broken('ECONNREFUSED'), {}, 187.5],
    ['not when it never was there', broken('ECONNREFUSED'), { hasAnswered: false }, undefined],
    ['not after a failure of the server itself', answered(500), {}, undefined],
    ['not after an answer', answered(200), {}, undefined],
    ['not after a refusal', answered(403, '1'), {}, undefined],
    [
      'not when a date is asked for, but after a moment',
      answered(503, 'Mon, 23 Nov 2026 03:31:57 GMT'),
      {},
      187.5,
    ],
    ['not when it would be too long', answered(429, '31'), {}, undefined],
    ['not beyond its time limit', answered(429, '3'), { remainingMs: 2_500 }, undefined],
    ['without a time limit too', answered(429, '3'), { remainingMs: undefined }, 3_000],
    ['not a fourth time', answered(429, '3'), { ofRequest: 3 }, undefined],
    ['not when all its tries of the session are used up', answered(429, '3'), { ofSession: 50 }, undefined],
    ['not with a certificate that is not trusted', broken('SELF_SIGNED_CERT_IN_CHAIN'), {}, undefined],
    ['not when the name does not resolve', broken('ENOTFOUND'), {}, undefined],
  ])('%s', (_what, attempt, state, waitMs) => {
    expect(waitBeforeRetry(attempt, { ...usual, ...state })).toBe(waitMs)
  })

  it('never longer, later or more often than the limits say', () => {
    const attempts = fc.oneof(
      fc.record({
        status: fc.constantFrom(429, 500, 502, 503, 504),
        retryAfter: fc.option(fc.nat(100_000).map(String), { nil: undefined }),
      }),
      fc.constantFrom('ECONNRESET', 'EPIPE', 'UND_ERR_SOCKET', 'ECONNREFUSED').map(broken),
    )
    const states = fc.record({
      ofRequest: fc.nat(6),
      ofSession: fc.nat(60),
      hasAnswered: fc.boolean(),
      remainingMs: fc.option(fc.nat(70_000), { nil: undefined }),
      random: fc.double({ min: 0, max: 0.999, noNaN: true }),
    })
    fc.assert(
      fc.property(attempts, states, (attempt, state) => {
        const waitMs = waitBeforeRetry(attempt, state)
        if (waitMs === undefined) return
        expect(state.ofRequest).toBeLessThan(retryLimits.perRequest)
        expect(state.ofSession).toBeLessThan(retryLimits.perSession)
        expect(waitMs).toBeLessThanOrEqual(retryLimits.longestWaitMs)
        expect(waitMs).toBeLessThan(state.remainingMs ?? Number.POSITIVE_INFINITY)
      }),
    )
  })
})
