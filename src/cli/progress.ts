import type { Progress } from '../cluster/live-snapshot.ts'
import type { Terminal } from './terminal.ts'

/** Shorter waits need no sign of life. */
const patienceMs = 150

/** Shows a progress line on standard error while something takes longer than a moment; nothing without a terminal. */
export async function withProgress<T>(
  terminal: Terminal,
  title: string,
  work: (progress: Progress) => Promise<T>,
): Promise<T> {
  if (!terminal.isErrorTty) return work(() => undefined)
  const { default: ora } = await import('ora')
  const spinner = ora({ text: title, discardStdin: false, stream: process.stderr })
  const timer = setTimeout(() => spinner.start(), patienceMs)
  try {
    return await work((done, total, what) => {
      spinner.text = `${title}: ${done} of ${total} (${what})`
    })
  } finally {
    clearTimeout(timer)
    spinner.stop()
  }
}
