import { setTimeout } from 'node:timers/promises'

/** Time and chance, so that tests need neither wait nor guess. Spans only: no age is ever measured against it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number
  /**
   * Waits some milliseconds.
   *
   * @throws the signal's reason when it is aborted meanwhile
   */
  sleep(ms: number, signal: AbortSignal): Promise<void>
  /** A time limit that starts now. */
  deadline(ms: number): Deadline
  /** From 0 to just below 1. */
  random(): number
}

export interface Deadline {
  /** Aborted with a `TimeoutError` when the time is over. */
  readonly signal: AbortSignal
  /** Forgets the limit: what it was for is done. */
  clear(): void
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: async (ms, signal) => {
    await setTimeout(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
  },
  deadline: (ms) => {
    const controller = new AbortController()
    const timer = globalThis.setTimeout(() => controller.abort(timeoutError()), ms)
    return { signal: controller.signal, clear: () => clearTimeout(timer) }
  },
  random: Math.random,
}

/** What a deadline aborts with. */
export function timeoutError(): DOMException {
  return new DOMException('the time limit is over', 'TimeoutError')
}

export function isTimeout(error: unknown): boolean {
  return error instanceof DOMException && error.name === 'TimeoutError'
}
