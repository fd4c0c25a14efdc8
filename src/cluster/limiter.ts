/** Runs a task when there is room for it. */
export type Limiter = <T>(task: () => Promise<T>) => Promise<T>

/** At most `capacity` tasks at once, first come, first served. */
export function createLimiter(capacity: number): Limiter {
  let running = 0
  const waiting: (() => void)[] = []
  return async (task) => {
    if (running >= capacity) await new Promise<void>((enter) => waiting.push(enter))
    else running++
    try {
      return await task()
    } finally {
      // The place goes straight to the next in line, so no newcomer can take it in between.
      const next = waiting.shift()
      if (next === undefined) running--
      else next()
    }
  }
}
