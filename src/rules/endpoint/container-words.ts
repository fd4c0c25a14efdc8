import { counted, say, type Text, word } from '../text.ts'
import type { Trouble } from './container-trouble.ts'

/** What a trouble is: `container web crashes: it exits with code 1 (Error), 3 restarts`. */
export function troubleWords(trouble: Trouble): Text {
  const { container, status, isInit } = trouble.observed
  const name = say`${word(isInit ? 'init container' : 'container')} ${container.name}`
  switch (trouble.kind) {
    case 'image':
      return say`image ${container.image ?? ''} of ${name} cannot be pulled (${trouble.reason})`
    case 'config':
      return say`${name} cannot be started (${trouble.reason})`
    case 'crash':
      return say`${name} crashes: it ${endWords(trouble)}, ${counted(status.restartCount, 'restart')}`
  }
}

function endWords({ ended, observed, reason }: Trouble): Text {
  if (ended === undefined) return say`ends again and again (${reason})`
  const { container } = observed
  if (ended.reason === 'OOMKilled') {
    const limit = container.resources.limits['memory']
    return limit === undefined
      ? word('is killed for want of memory (OOMKilled)')
      : say`is killed for memory (OOMKilled, limit ${limit})`
  }
  if (ended.exitCode === undefined) return say`ends again and again (${reason})`
  return say`exits with code ${ended.exitCode} (${ended.reason ?? reason})`
}

/** Exit codes that shells, the kernel and the runtime give a meaning. */
const meanings: ReadonlyMap<number, string> = new Map([
  [0, 'Code 0 means that the process ends by itself: nothing keeps it running.'],
  [126, 'Code 126 means that the command is there and cannot be executed.'],
  [127, 'Code 127 means that the command was not found.'],
  [128, 'Code 128 means that the runtime could not start the process.'],
  [134, 'Code 134 means that the process aborted (SIGABRT).'],
  [137, 'Code 137 means that it was killed (SIGKILL): by a probe, for memory on its node, or from outside.'],
  [139, 'Code 139 means a segmentation fault (SIGSEGV).'],
  [143, 'Code 143 means that it was asked to end (SIGTERM).'],
])

/** What an exit code means, where it means more than that the application failed. */
export function exitWords({ ended }: Trouble): Text | undefined {
  if (ended?.exitCode === undefined || ended.reason === 'OOMKilled') return undefined
  const meaning = meanings.get(ended.exitCode)
  return meaning === undefined ? undefined : word(meaning)
}
