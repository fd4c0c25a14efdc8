import yargs, { type Argv } from 'yargs'
import packageJson from '../../package.json' with { type: 'json' }
import { type Command, examplesText } from './command.ts'
import { demo } from './demo.ts'
import { dns } from './dns.ts'
import { explain } from './explain.ts'
import { from } from './from.ts'
import { ingress } from './ingress.ts'
import { policy } from './policy.ts'
import { rules } from './rules.ts'
import { scan } from './scan.ts'
import { snapshot } from './snapshot.ts'
import { svc } from './svc.ts'
import { usageError } from './usage-error.ts'
import { what } from './what.ts'

/** All commands: a new one is a file and a line here. */
export const commands: readonly Command[] = [
  scan,
  svc,
  from,
  what,
  dns,
  ingress,
  policy,
  snapshot,
  rules,
  explain,
  demo,
]

export const commandNames = commands.flatMap(({ usage }) =>
  [usage].flat().flatMap((line) => (line === '$0' ? [] : (line.split(' ')[0] ?? []))),
)

/** Columns of the help: the same everywhere, because the commonest ones are written when the program is built. */
const helpWidth = 80

/**
 * The parser of a command line.
 *
 * @param run called with the work of the command that was parsed
 */
export function program(words: readonly string[], run: Parameters<Command['register']>[1]): Argv {
  const base = yargs([...words])
    .scriptName('kubectl netdoctor')
    .usage(
      'Follows the packet through Kubernetes and names the hop that breaks.\n\nkubectl netdoctor [COMMAND]',
    )
    .parserConfiguration({ 'boolean-negation': false, 'greedy-arrays': false, 'dot-notation': false })
    .locale('en')
    .strict()
    .exitProcess(false)
    .version(packageJson.version)
    .help()
    .alias('h', 'help')
    .wrap(helpWidth)
    .epilogue(
      `${examplesText(commands.flatMap((command) => command.examples))}\n\nExit codes: 0 nothing found, 1 problems, 2 error, 4 unknown (a flow; anything with --strict)`,
    )
    .fail((message, error) => {
      // Its own errors are about the command line too; ours arrive here from a command that ran.
      throw error === undefined || error === null || error.name === 'YError'
        ? usageError(message ?? error?.message ?? '', words, commandNames)
        : error
    })
  return commands.reduce((parser, command) => command.register(parser, run), base)
}
