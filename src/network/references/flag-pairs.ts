import type { Span } from './found.ts'
import { readPort } from './hosts.ts'
import { pairKey } from './key-words.ts'
import type { Word } from './shell.ts'

/** A setting among the words of a command: `--db-port=5432`, `--db-port 5432`, `-Ddb.port=5432`, `DB_PORT=5432`. */
interface Setting {
  readonly key: string
  readonly word: Word
  readonly value: string
  readonly start: number
}

export interface WrittenPort {
  readonly port: number
  readonly word: Word
  readonly span: Span
}

/** Ports that stand in words of their own, by what their key has in common with that of their host. */
export class FlagPorts {
  readonly #ports = new Map<string, WrittenPort>()
  readonly #keys = new Map<Word, string>()

  constructor(words: readonly Word[]) {
    for (const [index, word] of words.entries()) {
      const setting = settingOf(word, words[index - 1])
      if (setting === undefined) continue
      this.#keys.set(word, setting.key)
      const pair = pairKey(setting.key)
      const port = pair?.part === 'port' ? readPort(setting.value) : undefined
      if (pair === undefined || port === undefined) continue
      const written = { port, word, span: [setting.start, setting.start + setting.value.length] } as const
      for (const [at, stem] of pair.stems.entries())
        if (stem !== '' && (at === 0 || !this.#ports.has(stem))) this.#ports.set(stem, written)
    }
  }

  /** The port for a host that is the value of a word. */
  of(word: Word): WrittenPort | undefined {
    if (this.#ports.size === 0) return undefined
    const pair = pairKey(this.#keys.get(word) ?? '')
    return pair?.part === 'host' ? this.#ports.get(pair.stems[0] ?? '') : undefined
  }
}

function settingOf(word: Word, previous: Word | undefined): Setting | undefined {
  const { text } = word
  const equals = text.indexOf('=')
  if (equals > 0 && equals < 100) {
    const key = text.slice(0, equals)
    return {
      key: key.startsWith('-D') ? key.slice(2) : key,
      word,
      value: text.slice(equals + 1),
      start: equals + 1,
    }
  }
  if (previous === undefined || !previous.text.startsWith('--') || previous.text.includes('='))
    return undefined
  return text.startsWith('-') ? undefined : { key: previous.text, word, value: text, start: 0 }
}
