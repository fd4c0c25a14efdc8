import type { Argv } from 'yargs'
import { cniProfiles } from '../network/policy/profile.ts'
import { shellQuote } from '../report/escape.ts'
import type { ExitCode } from './exit-code.ts'
import {
  type Arguments,
  allNamespacesFlag,
  choice,
  colorFlag,
  failureFlags,
  flag,
  inputFlags,
  ownGroup,
  single,
} from './options.ts'
import type { Terminal } from './terminal.ts'

/** Some of them only for what is a table of cells (csv) or of checks (junit). */
const policyFormats = ['table', 'wide', 'json', 'yaml', 'markdown', 'csv', 'junit'] as const

/** All flags of `policy`; which of them are given decides what is asked. */
export function policyFlags<T>(yargs: Argv<T>) {
  const output = inputFlags(yargs).option('output', choice('output format', policyFormats, 'table', ['o']))
  return allNamespacesFlag(failureFlags(colorFlag(output)), 'the policies of all namespaces')
    .option('from', single('who opens the connection: [NAMESPACE/]TYPE/NAME, an IP, or world'))
    .option(
      'to',
      single(
        'who is dialled: [NAMESPACE/]TYPE/NAME[:PORT[/PROTOCOL]], IP:PORT, or world:PORT; alone: who may reach it',
      ),
    )
    .option('explain', flag('say why: policy by policy, with field paths'))
    .option('what-if', single('flows that would change if FILE were applied'))
    .option('without', {
      type: 'string',
      array: true,
      requiresArg: true,
      group: ownGroup,
      describe: 'flows that would change if the policy NAME were deleted (repeatable)',
    })
    .option('assert', single('check the verdicts that FILE expects, of places as in --from and --to'))
    .option('bases', single('with --assert: file of the object lists that its documents name as base'))
    .option('matrix', flag('which workload reaches which'))
    .option('cni', {
      ...single('network plugin whose behaviour counts where the API leaves it open'),
      choices: cniProfiles.map(({ name }) => name),
    })
}

export type PolicyArguments = Arguments<typeof policyFlags<object>>

/** One thing that `policy` can be asked. Each mode is a file of its own. */
export interface PolicyMode {
  /** The flags that ask for it; of none, the overview answers. */
  readonly flags: readonly (keyof PolicyArguments & string)[]
  readonly run: (args: PolicyArguments, terminal: Terminal) => Promise<ExitCode>
}

/** How the command is started on the same input: what follows is another question. */
export function sameQuestion({ filename = [], namespace }: PolicyArguments): string {
  const files = filename.flatMap((file) => ['-f', shellQuote(file)])
  const where = namespace === undefined ? [] : ['-n', shellQuote(namespace)]
  return ['kubectl', 'netdoctor', 'policy', ...where, ...files].join(' ')
}
