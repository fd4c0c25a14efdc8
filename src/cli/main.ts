import yargs, { type Argv } from 'yargs'
import { hideBin } from 'yargs/helpers'
import packageJson from '../../package.json' with { type: 'json' }
import { escapeText } from '../report/escape.ts'
import { KnownError } from '../snapshot/known-error.ts'
import type { Command } from './command.ts'
import { demo } from './demo.ts'
import type { ExitCode } from './exit-code.ts'
import { explain } from './explain.ts'
import { from } from './from.ts'
import { rules } from './rules.ts'
import { scan } from './scan.ts'
import { snapshot } from './snapshot.ts'
import { svc } from './svc.ts'
import { processTerminal, type Terminal } from './terminal.ts'

const commands: readonly Command[] = [scan, svc, from, snapshot, rules, explain, demo]

const interrupted = 130

/** Wrong words on the command line: told apart from failures of the program. */
class UsageError extends KnownError {}

function program(words: readonly string[], run: Parameters<Command['register']>[1]): Argv {
  const base = yargs([...words])
    .scriptName('kubectl netdoctor')
    .usage('kubectl netdoctor [COMMAND]\n\nFollows the packet and names the one hop that breaks.')
    .parserConfiguration({ 'boolean-negation': false, 'greedy-arrays': false, 'dot-notation': false })
    .locale('en')
    .strict()
    .exitProcess(false)
    .version(packageJson.version)
    .help()
    .alias('h', 'help')
    .wrap(100)
    .epilogue(
      'Exit codes: 0 nothing found, 1 problems, 2 error, 4 unknown. Docs of a rule: kubectl netdoctor explain RULE',
    )
    .fail((message, error) => {
      throw error ?? new UsageError('USAGE', message)
    })
  return commands.reduce((parser, command) => command.register(parser, run), base)
}

/** Says a failure in one line, or as a bug of ours with its stack under `-v`. */
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
  const abort = new AbortController()
  const terminal = processTerminal(abort.signal)
  process.once('SIGINT', () => {
    abort.abort(new Error('interrupted'))
    process.once('SIGINT', () => process.exit(interrupted))
  })
  const run = async (work: (terminal: Terminal) => Promise<ExitCode>): Promise<void> => {
    process.exitCode = await work(terminal)
  }
  try {
    await program(hideBin(process.argv), run).parseAsync()
  } catch (error) {
    process.exitCode = abort.signal.aborted ? interrupted : report(error, terminal)
  }
}

await main()
