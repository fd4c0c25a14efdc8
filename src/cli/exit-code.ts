import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { OutputArguments } from './options.ts'

/** 0 answered, 1 problems, 2 usage, cluster or internal error, 4 something asked for is unknown. */
export type ExitCode = 0 | 1 | 2 | 4

const rank = { error: 0, warning: 1, note: 2 } as const

/** The exit code of an answered question; the output format never changes it. */
export function exitCodeOf(
  { problems, gaps }: Diagnosis,
  args: Pick<OutputArguments, 'fail-on' | 'strict'>,
): ExitCode {
  const failOn = args['fail-on']
  if (failOn !== 'never' && problems.some(({ cause }) => rank[cause.severity] <= rank[failOn])) return 1
  return args.strict && gaps.length > 0 ? 4 : 0
}
