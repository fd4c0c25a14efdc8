import { setTimeout as pause } from 'node:timers/promises'
import { ClusterError } from './errors.ts'
import { interruption } from './interruption.ts'

/** How long to wait for a condition, and how often to look. */
export interface WaitOptions {
  /** Default 30 s. */
  readonly timeoutMs?: number
  /** Default 100 ms. */
  readonly intervalMs?: number
}

/**
 * Looks until `condition` returns something other than undefined or false, and returns that. Throws a ClusterError that says
 * what was waited for once the time is over; an error of the last look is its cause.
 */
export async function waitFor<T>(
  what: string | (() => string),
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  options: WaitOptions = {},
): Promise<T> {
  const { timeoutMs = 30_000, intervalMs = 100 } = options
  const deadline = performance.now() + timeoutMs
  let lastError: unknown
  for (;;) {
    interruption()?.throwIfAborted()
    try {
      const found = await condition()
      if (found !== undefined && found !== false) return found
      lastError = undefined
    } catch (error) {
      lastError = error
    }
    if (performance.now() >= deadline) {
      const why = lastError instanceof Error ? `: ${lastError.message}` : ''
      const described = typeof what === 'string' ? what : what()
      throw new ClusterError(`waited ${timeoutMs / 1000} s for ${described}${why}`, { cause: lastError })
    }
    await pause(intervalMs)
  }
}
