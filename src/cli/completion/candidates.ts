import type { CommandWords, CompletionTable, FlagWords } from './table.ts'
import type { Value } from './value.ts'

/** What may stand where the cursor is. */
export interface Wanted {
  /** What is typed of it so far; of `--flag=VALUE` only the value, because shells keep what is before it. */
  readonly typed: string
  /** Candidates that are known without looking anywhere, with what they mean. */
  readonly known: readonly Candidate[]
  /** What else to look for. */
  readonly value: Value
}

export interface Candidate {
  readonly word: string
  readonly describe?: string | undefined
}

const nothing: Value = { of: 'anything' }

const everywhere: readonly FlagWords[] = [
  { words: ['--help', '-h'], describe: 'show help', isRepeatable: false },
  { words: ['--version'], describe: 'show the version', isRepeatable: false },
]

/**
 * What may stand at the end of a command line.
 *
 * @param words all words after `kubectl netdoctor`; the last is the one that is typed, and may be empty
 */
export function wanted(table: CompletionTable, words: readonly string[]): Wanted {
  const before = words.slice(0, -1)
  const typed = words.at(-1) ?? ''
  const { command, names, open, given } = lineBefore(table, before)
  if (open !== undefined) return { typed, known: [], value: open }
  const isNameOnly = before.includes('--')
  const flags = [...((command ?? defaultOf(table))?.flags ?? []), ...everywhere]
  const [, flagWord, value] = /^(-[^=]*)=(.*)$/s.exec(typed) ?? []
  if (!isNameOnly && flagWord !== undefined) {
    return { typed: value ?? '', known: [], value: flagNamed(flags, flagWord)?.value ?? nothing }
  }
  if (!isNameOnly && typed.startsWith('-')) {
    const open = flags.filter((flag) => flag.isRepeatable || !flag.words.some((word) => given.has(word)))
    const known = open.flatMap((flag) => flag.words.map((word) => ({ word, describe: flag.describe })))
    return { typed, known, value: nothing }
  }
  if (command !== undefined) return { typed, known: [], value: command.names[names.length] ?? nothing }
  const known = table.commands.map(({ name, describe }) => ({ word: name, describe }))
  return { typed, known: names.length === 0 ? known : [], value: nothing }
}

interface Line {
  readonly command: CommandWords | undefined
  /** Names that follow the command. */
  readonly names: readonly string[]
  /** Flags that are there already. */
  readonly given: ReadonlySet<string>
  /** Set when the last word is a flag that waits for this value. */
  readonly open: Value | undefined
}

/** Reads the words before the cursor. Flags may come before their command; each name means the same everywhere. */
function lineBefore(table: CompletionTable, before: readonly string[]): Line {
  const all = table.commands.flatMap(({ flags }) => flags)
  const given = new Set<string>()
  const names: string[] = []
  let command: CommandWords | undefined
  let open: Value | undefined
  let isNameOnly = false
  for (const word of before) {
    if (open !== undefined) {
      open = undefined
    } else if (word === '--') {
      isNameOnly = true
    } else if (word.startsWith('-') && word !== '-' && !isNameOnly) {
      given.add(word.split('=')[0] ?? '')
      const flags = command === undefined ? all : command.flags
      open = word.includes('=') ? undefined : flagNamed(flags, word)?.value
    } else {
      const named = command ?? (names.length === 0 ? commandNamed(table, word) : undefined)
      if (command === undefined && named !== undefined) command = named
      else names.push(word)
    }
  }
  return { command, names, given, open }
}

function flagNamed(flags: readonly FlagWords[], word: string): FlagWords | undefined {
  return flags.find(({ words }) => words.includes(word))
}

function commandNamed({ commands }: CompletionTable, word: string): CommandWords | undefined {
  return commands.find(({ name }) => name === word)
}

function defaultOf({ commands }: CompletionTable): CommandWords | undefined {
  return commands.find(({ isDefault }) => isDefault)
}
