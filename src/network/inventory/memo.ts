import type { Bucket, ReadLog, Reads, Watched } from './read.ts'

type Entry = Watched<unknown>

/**
 * What a result is remembered by: a text, or an object that is never changed. An object stands for everything in it, so
 * that the result rests on nothing else but what its computation looks up.
 */
type Key = string | object

/**
 * Remembers computed parts of the model together with what they read. A changed world asks its parent first and
 * takes over every result that read nothing of what the edit touched: so trying a fix costs what it touches.
 */
export class Memo {
  readonly #log: ReadLog
  readonly #parent: Memo | undefined
  readonly #touched: ReadonlySet<Bucket>
  readonly #tables = new Map<string, Map<Key, Entry>>()
  readonly #touches = new Map<Reads, boolean>()

  constructor(log: ReadLog, parent?: Memo, touched: ReadonlySet<Bucket> = new Set()) {
    this.#log = log
    this.#parent = parent
    this.#touched = touched
  }

  /** The value of `compute` for this table and key, computed at most once in a world. */
  get<T>(table: Table<T>, key: Key, compute: () => T): T {
    const known = this.#find(table.name, key)
    if (known !== undefined) {
      this.#log.replay(known.reads)
      return table.of(known.value)
    }
    const entry = this.#log.watch(compute)
    this.#table(table.name).set(key, entry)
    return entry.value
  }

  #table(name: string): Map<Key, Entry> {
    const found = this.#tables.get(name)
    if (found !== undefined) return found
    const created = new Map<Key, Entry>()
    this.#tables.set(name, created)
    return created
  }

  #find(name: string, key: Key): Entry | undefined {
    const own = this.#tables.get(name)?.get(key)
    if (own !== undefined) return own
    if (this.#parent === undefined) return undefined
    const inherited = this.#parent.#find(name, key)
    if (inherited === undefined || inherited.reads.touches(this.#touched, this.#touches)) return undefined
    return inherited
  }
}

/** A named table of the memo. The name is unique; the type is what its `compute` returns. */
export interface Table<T> {
  readonly name: string
  readonly of: (value: unknown) => T
}

/** Declares a table. The cast holds because only `Memo.get` with the same table writes the value. */
export function memoTable<T>(name: string): Table<T> {
  return { name, of: (value) => value as T }
}
