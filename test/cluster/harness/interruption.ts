import { ClusterError } from './errors.ts'

let current: AbortSignal | undefined

/** Aborted once the person at the keyboard (or a CI runner) asked the running command to stop. */
export function interruption(): AbortSignal | undefined {
  return current
}

/**
 * Does `work`; on SIGINT or SIGTERM ends it at its next step, runs `cleanUp` (which is not interrupted) and throws a
 * ClusterError that names the signal.
 */
export async function interruptible(work: () => Promise<void>, cleanUp: () => Promise<void>): Promise<void> {
  const controller = new AbortController()
  const stop = (signal: NodeJS.Signals) =>
    controller.abort(new ClusterError(`stopped by ${signal}; nothing is left behind`))
  const signals = ['SIGINT', 'SIGTERM'] as const
  for (const signal of signals) process.on(signal, stop)
  current = controller.signal
  try {
    await work()
  } catch (error) {
    if (!controller.signal.aborted) throw error
    current = undefined
    await cleanUp()
    throw controller.signal.reason
  } finally {
    current = undefined
    for (const signal of signals) process.off(signal, stop)
  }
}
