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
  /** From 0 to just below 1. */
  random(): number
}

export const systemClock: Clock = {
  now: Date.now,
  sleep: async (ms, signal) => {
    await setTimeout(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
  },
  random: Math.random,
}
