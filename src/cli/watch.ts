import type { ClusterSession } from '../cluster/cluster.ts'
import type { WatchStep } from '../cluster/watch/watch.ts'
import { diagnose } from '../diagnosis/diagnose.ts'
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { Question } from '../diagnosis/question.ts'
import { Network } from '../network/network.ts'
import type { Document } from '../report/document.ts'
import { gapText } from '../report/views/footer.ts'
import { verdictChange } from '../report/views/verdict-change.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { InputArguments, OutputArguments } from './options.ts'
import { print } from './print.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

const clearScreen = '\u001b[H\u001b[2J\u001b[3J'

/** What is watched: a question, and how its answer looks; no document when what it is about is gone. */
export interface Watched {
  readonly question: Question
  readonly view: (diagnosis: Diagnosis, network: Network) => Document | undefined
}

/**
 * Refuses what cannot be watched, before anything is read.
 *
 * @throws UsageError
 */
export function requireWatchable({
  filename,
  output,
}: Pick<InputArguments, 'filename'> & Pick<OutputArguments, 'output'>): void {
  if (filename !== undefined) throw new UsageError('USAGE', '--watch follows a cluster: leave out -f')
  if (output !== 'table' && output !== 'wide')
    throw new UsageError('USAGE', `--watch has table and wide, not --output "${output}"`)
}

/**
 * Prints the answer, and again whenever it changes, with a line that says when and what. A terminal is redrawn; elsewhere
 * each answer follows the one before.
 *
 * @throws as `ClusterSession.watch`; it ends no other way
 */
export async function watchAnswer(
  { question, view }: Watched,
  snapshot: Snapshot,
  { watch }: Pick<ClusterSession, 'watch'>,
  args: Pick<OutputArguments, 'output' | 'color'>,
  terminal: Terminal,
): Promise<never> {
  let network = Network.of(snapshot)
  let shown = diagnose(question, network)
  let staleSince: string | undefined
  const show = (line: string | undefined): void => {
    // One write for a screen: a terminal then never shows half of it.
    const screen: string[] = []
    const out = (text: string): unknown => screen.push(text)
    if (terminal.isOutputTty) out(clearScreen)
    else if (line !== undefined) out(`\n${line}\n`)
    const document = view(shown, network)
    if (document !== undefined)
      print(args, { ...terminal, out }, { result: () => undefined, document: () => document })
    if (terminal.isOutputTty && line !== undefined) out(`\n${line}\n`)
    terminal.out(screen.join(''))
  }
  show(undefined)
  let last = snapshot
  for await (const step of watch(snapshot)) {
    network = network.at(step.snapshot, { put: step.put, remove: step.removed })
    const [stale] = step.stale
    if (stale !== undefined) {
      // What may be old is no verdict.
      if (staleSince === undefined)
        terminal.out(`${timeOf(step)}  shown as of ${clockOf(last.takenAt)}: ${gapText(stale)}\n`)
      staleSince ??= last.takenAt
      continue
    }
    if (staleSince !== undefined) terminal.out(`${timeOf(step)}  the API server answers again\n`)
    staleSince = undefined
    last = step.snapshot
    const now = diagnose(question, network)
    const change = verdictChange(shown, now)
    shown = now
    if (change !== undefined) show(`${timeOf(step)}  ${change}`)
  }
  throw new Error('a watch does not end')
}

const timeOf = ({ snapshot }: WatchStep): string => clockOf(snapshot.takenAt)

/** `10:31:02Z` of an RFC 3339 time. */
const clockOf = (time: string): string => `${time.slice(11, 19)}Z`
