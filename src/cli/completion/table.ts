import yargs, { type Argv, type Options } from 'yargs'
import type { Command } from '../command.ts'
import { commonValues, type Value } from './value.ts'

/** What completion knows of the commands. It is written when the program is built, so that nothing needs a parser. */
export interface CompletionTable {
  readonly commands: readonly CommandWords[]
}

export interface CommandWords {
  readonly name: string
  readonly describe: string
  /** Whether it runs when no command is named. */
  readonly isDefault: boolean
  readonly flags: readonly FlagWords[]
  /** What its names are, in their order. */
  readonly names: readonly Value[]
}

export interface FlagWords {
  /** `--namespace`, `-n`: the long one first. */
  readonly words: readonly string[]
  readonly describe: string
  /** Absent: the flag stands alone. */
  readonly value?: Value | undefined
  readonly isRepeatable: boolean
}

/** The table of these commands, from what they declare to the parser. */
export function completionTable(commands: readonly Command[]): CompletionTable {
  return {
    commands: commands.map((command) => {
      const usages = [command.usage].flat()
      const { flags, names } = declared(command)
      return {
        name: usages.find((usage) => usage !== '$0')?.split(' ')[0] ?? '',
        describe: command.describe,
        isDefault: usages.includes('$0'),
        flags,
        names,
      }
    }),
  }
}

/** Lets a command declare itself to a parser that is listened to. */
function declared({ flags: declare, completes }: Command): Pick<CommandWords, 'flags' | 'names'> {
  const flags: FlagWords[] = []
  const names: Value[] = []
  const takes = (name: string, { choices = [] }: Options): Value =>
    choices.length > 0
      ? { of: 'words', words: choices.map(String) }
      : (completes[name] ?? commonValues[name] ?? { of: 'anything' })
  const listeners: Readonly<Record<string, (name: string, options: Options) => void>> = {
    option: (name, options) => {
      if (options.hidden === true) return
      const aliases = [options.alias ?? []].flat()
      flags.push({
        words: [`--${name}`, ...aliases.map((alias) => (alias.length === 1 ? `-${alias}` : `--${alias}`))],
        describe: options.describe ?? '',
        value: options.type === 'boolean' ? undefined : takes(name, options),
        isRepeatable: options.array === true || name === 'filename',
      })
    },
    positional: (name, options) => names.push(takes(name, options)),
  }
  const parser = yargs([])
  const listening: Argv = new Proxy(parser, {
    get: (_, property) => {
      const member: unknown = Reflect.get(parser, property)
      if (typeof member !== 'function') return member
      return (...given: [string, Options]): unknown => {
        listeners[String(property)]?.(...given)
        const result: unknown = Reflect.apply(member, parser, given)
        return result === parser ? listening : result
      }
    },
  })
  declare(listening)
  return { flags, names }
}
