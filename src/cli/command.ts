import type { ArgumentsCamelCase, Argv } from 'yargs'
import type { Value } from './completion/value.ts'
import type { ExitCode } from './exit-code.ts'
import type { Terminal } from './terminal.ts'

/** One command of the program: its words and flags, and what it does. */
export interface Command {
  readonly usage: string | readonly string[]
  readonly describe: string
  /** Whole command lines with what they do, for the help. */
  readonly examples: readonly (readonly [string, string])[]
  /** What its names and flags take, by their name: for completion. Flags of several commands are known anyway. */
  readonly completes: Readonly<Record<string, Value>>
  /** Declares the flags, and nothing else. */
  readonly flags: (yargs: Argv) => unknown
  /** Declares the command and gives back a function that runs the parsed command. */
  readonly register: (
    yargs: Argv,
    run: (work: (terminal: Terminal) => Promise<ExitCode>) => Promise<void>,
  ) => Argv
}

/** Command lines stay whole, so that they can be pasted: what they do stands below. */
export function examplesText(examples: Command['examples']): string {
  return ['Examples:', ...examples.flatMap(([line, does]) => [`  ${line}`, `      ${does}`])].join('\n')
}

/** Declares a command; keeps the type of its flags between builder and handler. */
export function defineCommand<A>(definition: {
  readonly usage: string | readonly string[]
  readonly describe: string
  readonly examples?: readonly (readonly [string, string])[]
  readonly completes?: Readonly<Record<string, Value>>
  readonly flags: (yargs: Argv) => Argv<A>
  readonly run: (args: ArgumentsCamelCase<A>, terminal: Terminal) => Promise<ExitCode>
}): Command {
  const { usage, describe, examples = [], completes = {}, flags, run } = definition
  const isDefault = typeof usage !== 'string'
  return {
    usage,
    describe,
    examples,
    completes,
    flags,
    register: (yargs, start) =>
      yargs.command<A>(
        usage,
        describe,
        // The default command's help is the program's own, which has all examples.
        (parser) => (isDefault ? flags(parser) : flags(parser).epilogue(examplesText(examples))),
        (args) => start((terminal) => run(args, terminal)),
      ),
  }
}
