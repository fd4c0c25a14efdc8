import { diagnose, logCheck, logPlace } from '../diagnosis/diagnose.ts'
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { Question } from '../diagnosis/question.ts'
import { Network } from '../network/network.ts'
import type { Document } from '../report/document.ts'
import { resultOf } from '../report/result.ts'
import type { ViewOptions } from '../report/views/problem.ts'
import type { Observation, Snapshot } from '../snapshot/snapshot.ts'
import { type ExitCode, exitCodeOf } from './exit-code.ts'
import type { Input } from './input.ts'
import { interruptible } from './interrupt.ts'
import type { OutputArguments } from './options.ts'
import { print } from './print.ts'
import type { Terminal } from './terminal.ts'

const logLines = 5

/** Diagnoses a question and prints the answer. Every command that asks about problems ends here. */
export async function answer(
  question: Question,
  input: Input,
  network: Network,
  args: OutputArguments,
  terminal: Terminal,
  view: (diagnosis: Diagnosis, network: Network, options: ViewOptions) => Document,
): Promise<ExitCode> {
  const first = diagnose(question, network)
  const observed = args.logs ? await interruptible(() => readLogs(first, input)) : []
  // What was observed becomes part of the snapshot, and the same pure diagnosis runs again.
  const world = observed.length === 0 ? network : Network.of(withObservations(input.snapshot, observed))
  const diagnosis = observed.length === 0 ? first : diagnose(question, world)
  print(args, terminal, {
    result: () => resultOf(diagnosis),
    document: () =>
      view(diagnosis, world, {
        isWide: args.output === 'wide' || args.output === 'markdown',
        isLive: input.session !== undefined,
        home: onlyNamespace(input.snapshot),
        locate: input.locate,
      }),
  })
  return exitCodeOf(diagnosis, args)
}

/** Files that hold one namespace need not name it in every line. */
function onlyNamespace({ objects, coverage }: Snapshot): string | undefined {
  if (!coverage.declared) return undefined
  const found = new Set(
    objects.flatMap(({ kind, metadata }) => (kind === 'Namespace' ? [] : (metadata.namespace ?? []))),
  )
  const [only] = found
  return found.size === 1 ? only : undefined
}

function withObservations(snapshot: Snapshot, observed: readonly Observation[]): Snapshot {
  return { ...snapshot, observations: [...snapshot.observations, ...observed] }
}

/** The last lines of each container that an error names, one pod of a workload. */
async function readLogs(
  { problems, takenAt }: Diagnosis,
  { session }: Input,
): Promise<readonly Observation[]> {
  if (session === undefined) return []
  const wanted = problems
    .filter(({ cause }) => cause.severity === 'error')
    .flatMap(({ cause }) => (cause.logs ?? []).slice(0, 1))
  return Promise.all(
    wanted.map(async (log): Promise<Observation> => {
      const answered = await session.previousLog(log.namespace, log.pod, log.container, logLines)
      const lines =
        'lines' in answered
          ? answered.lines
          : [answered.gap.detail ?? `not readable (${answered.gap.permission ?? answered.gap.why})`]
      return { place: logPlace(log), check: logCheck, result: { lines: lines.join('\n') }, at: takenAt }
    }),
  )
}
