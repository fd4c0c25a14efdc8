/** What a shell shows for a program that was stopped by these signals. */
const exitCodes = { SIGINT: 130, SIGTERM: 143 } as const

/**
 * Waits for something outside the program. Ctrl-C ends the program at once: requests and credential plugins are
 * aborted, and there is nothing to tidy up after reading. Everywhere else the signals keep their usual effect, so that
 * they also end a long computation, which a handler could not.
 */
export async function interruptible<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const abort = new AbortController()
  const stop = (signal: NodeJS.Signals): void => {
    abort.abort(new Error('interrupted'))
    process.exit(signal === 'SIGTERM' ? exitCodes.SIGTERM : exitCodes.SIGINT)
  }
  process.on('SIGINT', stop).on('SIGTERM', stop)
  try {
    return await work(abort.signal)
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop)
  }
}
