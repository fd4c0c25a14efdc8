import { setFlagsFromString } from 'node:v8'
import { hideBin } from 'yargs/helpers'
import { escapeText } from '../report/escape.ts'
import { KnownError } from '../snapshot/known-error.ts'
import { maskTyped } from '../snapshot/mask-text.ts'
import { withBuiltIn } from './built-in.ts'
import type { ExitCode } from './exit-code.ts'
import { commandNames, program } from './program.ts'
import { processTerminal, type Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

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

/** The help that the command line was nearest to. */
function helpFor(words: readonly string[]): string {
  const command = words.find((word) => word !== 'demo' && commandNames.includes(word))
  return ['kubectl netdoctor', ...(command === undefined ? [] : [command]), '--help'].join(' ')
}

/** Says a failure in one line, or as a bug of ours, with its stack on request; passwords that were typed are masked. */
function report(error: unknown, words: readonly string[], terminal: Terminal): ExitCode {
  if (error instanceof KnownError) {
    const hint = error instanceof UsageError ? ` (${helpFor(words)})` : ''
    terminal.err(`netdoctor: ${escapeText(maskTyped(error.message, words))}${hint}\n`)
    return 2
  }
  const text = error instanceof Error ? error.message : String(error)
  terminal.err(
    `netdoctor: internal error: ${escapeText(maskTyped(text, words))}; please report it, with NETDOCTOR_DEBUG=1 for details\n`,
  )
  if ((terminal.env['NETDOCTOR_DEBUG'] ?? '') !== '' && error instanceof Error)
    terminal.err(`${maskTyped(error.stack ?? '', words)}\n`)
  return 2
}

async function main(): Promise<void> {
  const terminal = processTerminal()
  const words = hideBin(process.argv)
  const run = async (work: (terminal: Terminal) => Promise<ExitCode>): Promise<void> => {
    process.exitCode = await work(terminal)
  }
  try {
    await program(withBuiltIn(withStandardInput(withoutDashes(words)), [...commandNames]), run).parseAsync()
  } catch (error) {
    process.exitCode = report(error, words, terminal)
  }
}

// The heap of a large cluster only grows: let to itself, V8 waits with each collection until it has doubled.
setFlagsFromString('--heap-growing-percent=30')
await main()
