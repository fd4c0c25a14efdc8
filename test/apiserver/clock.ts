import { type Clock, timeoutError } from '../../src/cluster/clock.ts'

/** A clock on which time passes only as far as somebody waits for it. Chance is always in the middle. */
export interface TestClock extends Clock {
  /** How long was slept, each time, in milliseconds. */
  readonly sleeps: readonly number[]
}

/** How often it is looked whether everything waits for nothing; real milliseconds. */
const lookMs = 5

/**
 * A clock whose deadlines are over as soon as nothing else can happen: when every request under way is one that the
 * server will never answer. So no test depends on how fast the machine is.
 *
 * @param hanging how many requests the server has left hanging so far
 */
export function testClock(hanging: () => number = () => 0): TestClock {
  let now = Date.parse('2026-01-01T00:00:00Z')
  let expired = 0
  const sleeps: number[] = []
  const running = new Set<AbortController>()
  const look = (): void => {
    if (running.size === 0 || running.size !== hanging() - expired) return
    expired += running.size
    for (const controller of running) controller.abort(timeoutError())
    running.clear()
  }
  return {
    sleeps,
    now: () => now,
    random: () => 0.5,
    sleep: async (ms) => {
      sleeps.push(ms)
      now += ms
    },
    deadline: () => {
      const controller = new AbortController()
      running.add(controller)
      const timer = setInterval(look, lookMs)
      return {
        signal: controller.signal,
        clear: () => {
          clearInterval(timer)
          running.delete(controller)
        },
      }
    },
  }
}
