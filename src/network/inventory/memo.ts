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
  /** By number of the table. */
  readonly #tables: (Map<Key, Entry> | undefined)[] = []
  readonly #touches = new Map<Reads, boolean>()

  constructor(log: ReadLog, parent?: Memo, touched: ReadonlySet<Bucket> = new Set()) {
    this.#log = log
    this.#parent = parent
    this.#touched = touched
  }

  /** The value of `compute` for this table and key, computed at most once in a world. */
  get<T>(table: Table<T>, key: Key, compute: () => T): T {
    const known = this.#find(table.number, key)
    if (known !== undefined) {
      this.#log.replay(known.reads)
      return table.of(known.value)
    }
    const entry = this.#log.watch(compute)
    this.#table(table.number).set(key, entry)
    return entry.value
  }

  #table(number: number): Map<Key, Entry> {
    const found = this.#tables[number]
    if (found !== undefined) return found
    const created = new Map<Key, Entry>()
    this.#tables[number] = created
    return created
  }

  #find(number: number, key: Key): Entry | undefined {
    const own = this.#tables[number]?.get(key)
    if (own !== undefined) return own
    if (this.#parent === undefined) return undefined
    const inherited = this.#parent.#find(number, key)
    if (inherited === undefined || inherited.reads.touches(this.#touched, this.#touches)) return undefined
    return inherited
  }
}

/** A named table of the memo. The name says what is in it; the type is what its `compute` returns. */
export interface Table<T> {
  readonly name: string
  /** Its own, from 0: there are so many lookups that finding the table must cost nothing. */
  readonly number: number
  readonly of: (value: unknown) => T
}

/** Declares a table. The cast holds because only `Memo.get` with the same table writes the value. */
export function memoTable<T>(name: string): Table<T> {
  return { name, number: tables++, of: (value) => value as T }
}

let tables = 0
