import yargs, { type Argv } from 'yargs'
import { hideBin } from 'yargs/helpers'
import packageJson from '../../package.json' with { type: 'json' }
import { escapeText } from '../report/escape.ts'
import { KnownError } from '../snapshot/known-error.ts'
import type { Command } from './command.ts'
import { demo } from './demo.ts'
import { dns } from './dns.ts'
import type { ExitCode } from './exit-code.ts'
import { explain } from './explain.ts'
import { from } from './from.ts'
import { policy } from './policy.ts'
import { rules } from './rules.ts'
import { scan } from './scan.ts'
import { snapshot } from './snapshot.ts'
import { svc } from './svc.ts'
import { processTerminal, type Terminal } from './terminal.ts'
import { UsageError, usageError } from './usage-error.ts'
import { what } from './what.ts'

const commands: readonly Command[] = [scan, svc, from, what, dns, policy, snapshot, rules, explain, demo]

const commandNames = commands.flatMap(({ usage }) =>
  [usage].flat().flatMap((line) => (line === '$0' ? [] : (line.split(' ')[0] ?? []))),
)

function program(
  words: readonly string[],
  terminal: Terminal,
  run: Parameters<Command['register']>[1],
): Argv {
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
    .wrap(terminal.width)
    .epilogue('Exit codes: 0 nothing found, 1 problems, 2 error, 4 unknown (with --strict)')
    .fail((message, error) => {
      // Its own errors are about the command line too; ours arrive here from a command that ran.
      throw error === undefined || error === null || error.name === 'YError'
        ? usageError(message ?? error?.message ?? '', words, commandNames)
        : error
    })
  const examples = commands.flatMap((command) => command.examples)
  return commands.reduce(
    (parser, command) => command.register(parser, run),
    examples.reduce((parser, [line, does]) => parser.example(line, does), base),
  )
}

/** The words after `--` are names like the others; yargs would not count them as arguments. */
function withoutDashes(words: readonly string[]): readonly string[] {
  const at = words.indexOf('--')
  const flagLike = at === -1 ? undefined : words.slice(at + 1).find((word) => word.startsWith('-'))
  if (flagLike !== undefined) throw new UsageError('USAGE', `"${flagLike}" is not a name`)
  return words.filter((_, index) => index !== at)
}

/** `-f -` is a flag with its value, as in kubectl; the parser takes a lone dash for another flag. */
function withStandardInput(words: readonly string[]): readonly string[] {
  const isFile = (word: string | undefined): boolean => word === '-f' || word === '--filename'
  return words.flatMap((word, index) => {
    if (word === '-' && isFile(words[index - 1])) return []
    return isFile(word) && words[index + 1] === '-' ? [`${word}=-`] : [word]
  })
}

/** Says a failure in one line, or as a bug of ours, with its stack on request. */
function report(error: unknown, terminal: Terminal): ExitCode {
  if (error instanceof KnownError) {
    const hint = error instanceof UsageError ? ' (kubectl netdoctor --help)' : ''
    terminal.err(`netdoctor: ${escapeText(error.message)}${hint}\n`)
    return 2
  }
  const text = error instanceof Error ? error.message : String(error)
  terminal.err(
    `netdoctor: internal error: ${escapeText(text)}; please report it, with NETDOCTOR_DEBUG=1 for details\n`,
  )
  if ((terminal.env['NETDOCTOR_DEBUG'] ?? '') !== '' && error instanceof Error)
    terminal.err(`${error.stack ?? ''}\n`)
  return 2
}

async function main(): Promise<void> {
  const terminal = processTerminal()
  const run = async (work: (terminal: Terminal) => Promise<ExitCode>): Promise<void> => {
    process.exitCode = await work(terminal)
  }
  try {
    await program(withStandardInput(withoutDashes(hideBin(process.argv))), terminal, run).parseAsync()
  } catch (error) {
    process.exitCode = report(error, terminal)
  }
}

await main()
