import { nearest } from '../rules/similar.ts'
import { KnownError } from '../snapshot/known-error.ts'

/** Wrong words on the command line: told apart from failures of the program. */
export class UsageError extends KnownError {}

/**
 * What is wrong with the command line, in our words.
 *
 * @param message what yargs says about it
 * @param words the command line
 * @param commands names of all commands
 */
export function usageError(
  message: string,
  words: readonly string[],
  commands: readonly string[],
): UsageError {
  const unknown = /^Unknown (?:argument|command)s?: (.*)$/s.exec(message)?.[1]?.split(', ')
  if (unknown !== undefined) return unknownWord(unknown, words, commands)
  if (/^Not enough (?:non-option )?arguments: got \d+, need/.test(message)) {
    const [command = ''] = words.filter((word) => commands.includes(word))
    const rest = message.startsWith('Not enough non-option') ? 'a name is missing' : 'a flag lacks its value'
    return new UsageError('USAGE', `${command === '' ? '' : `${command}: `}${rest}`)
  }
  const choice = /Argument: (\S+), Given: (".*"), Choices: (.*)/.exec(message)
  if (choice !== null) {
    const [, flag = '', given = '', choices = ''] = choice
    return new UsageError(
      'USAGE',
      `--${flag} ${given}: use ${choices.replaceAll('"', '').replace(/, ([^,]*)$/, ' or $1')}`,
    )
  }
  const lacking = /^Not enough arguments following: (.*)$/.exec(message)?.[1]
  if (lacking !== undefined)
    return new UsageError('USAGE', `${lacking.length === 1 ? '-' : '--'}${lacking} lacks its value`)
  return new UsageError('USAGE', message.replaceAll(/\s*\n\s*/g, ' ').trim())
}

function unknownWord(
  unknown: readonly string[],
  words: readonly string[],
  commands: readonly string[],
): UsageError {
  const name = unknown.find((candidate) => words.includes(candidate)) ?? unknown[0] ?? ''
  if (!words.includes(name)) {
    const flag = words.find((word) => word.replace(/^-+/, '').split('=')[0] === name)?.split('=')[0]
    return new UsageError('USAGE', `unknown flag ${flag ?? (name.length === 1 ? `-${name}` : `--${name}`)}`)
  }
  const command = words.find((word) => commands.includes(word))
  if (command !== undefined && words.indexOf(command) < words.indexOf(name))
    return new UsageError('USAGE', `${command}: one word too many, "${name}"`)
  const near = nearest(name, commands)
  const hint = near.length === 0 ? '' : `: did you mean ${near.join(' or ')}?`
  return new UsageError('USAGE', `there is no command "${name}"${hint}`)
}
