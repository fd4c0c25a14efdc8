import type { Clock } from '../../src/cluster/clock.ts'

/** A clock that never waits: a sleep moves it on, and is written down. Chance is always in the middle. */
export interface TestClock extends Clock {
  readonly sleeps: readonly number[]
}

export function testClock(): TestClock {
  let now = Date.parse('2026-01-01T00:00:00Z')
  const sleeps: number[] = []
  return {
    sleeps,
    now: () => now,
    random: () => 0.5,
    sleep: async (ms) => {
      sleeps.push(ms)
      now += ms
    },
  }
}
