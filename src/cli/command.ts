import type { ArgumentsCamelCase, Argv } from 'yargs'
import type { ExitCode } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

/** One command of the program: its words and flags, and what it does. */
export interface Command {
  readonly usage: string | readonly string[]
  readonly describe: string
  /** Declares the flags and gives back a function that runs the parsed command. */
  readonly register: (
    yargs: Argv,
    run: (work: (terminal: Terminal) => Promise<ExitCode>) => Promise<void>,
  ) => Argv
}

/** Declares a command; keeps the type of its flags between builder and handler. */
export function defineCommand<A>(definition: {
  readonly usage: string | readonly string[]
  readonly describe: string
  readonly flags: (yargs: Argv) => Argv<A>
  readonly run: (args: ArgumentsCamelCase<A>, terminal: Terminal) => Promise<ExitCode>
}): Command {
  const { usage, describe, flags, run } = definition
  return {
    usage,
    describe,
    register: (yargs, start) =>
      yargs.command<A>(usage, describe, flags, (args) => start((terminal) => run(args, terminal))),
  }
}
