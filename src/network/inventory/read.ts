import type { Gap } from '../../snapshot/snapshot.ts'

/**
 * The answer of a lookup: what was found, and what may be missing from it.
 *
 * What exists may be used at once. Whoever concludes from absence calls {@link whole} first.
 */
export interface Read<T> {
  readonly items: readonly T[]
  /** Parts that were not read. Empty: `items` is everything there is in this snapshot. */
  readonly gaps: readonly Gap[]
  /** Set in an open world (manifests): absence then means "not among the given files". */
  readonly open?: ReadLog | undefined
}

/** Thrown by {@link whole}; ends the check of one subject as unknown. */
export class UnknownVerdict extends Error {
  readonly gaps: readonly Gap[]

  constructor(gaps: readonly Gap[]) {
    super('unknown: a part of the cluster that this depends on was not read')
    this.name = 'UnknownVerdict'
    this.gaps = gaps
  }
}

/**
 * The items of a read from which absence may be concluded.
 *
 * @throws UnknownVerdict when a part of it was not read
 */
export function whole<T>(read: Read<T>): readonly T[] {
  if (read.gaps.length > 0) throw new UnknownVerdict(read.gaps)
  read.open?.noteOpen()
  return read.items
}

/** The same read with other items; gaps are kept. */
export function mapRead<T, U>(read: Read<T>, items: (items: readonly T[]) => readonly U[]): Read<U> {
  return { items: items(read.items), gaps: read.gaps, open: read.open }
}

/** Several reads as one: all items, each gap once. */
export function joinReads<T>(reads: readonly Read<T>[]): Read<T> {
  if (reads.length === 1 && reads[0] !== undefined) return reads[0]
  return {
    items: reads.flatMap((read) => read.items),
    gaps: distinctGaps(reads.map((read) => read.gaps)),
    open: reads.find((read) => read.open !== undefined)?.open,
  }
}

/** The gaps of all lists, each once, in the order of their first mention. */
export function distinctGaps(lists: Iterable<readonly Gap[]>): readonly Gap[] {
  const found = new Map<string, Gap>()
  const own = [...lists].filter((gaps) => gaps.length > 0)
  if (own.length === 0) return []
  // Many reads share one list of gaps: it is looked through once.
  for (const gaps of new Set(own)) {
    for (const gap of gaps) {
      const key = `${gap.kind} ${gap.namespace ?? ''} ${gap.why}`
      if (!found.has(key)) found.set(key, gap)
    }
  }
  return [...found.values()]
}

/** What a computation looked into: `Kind|namespace` or `Kind|*`. */
export type Bucket = string

/**
 * The buckets that a computation read, its own and those of the computations inside it. Remembered parts are shared,
 * not copied: a result that rests on a whole cluster costs its user one reference.
 */
export class Reads {
  // There are more of these than of anything else, and most hold next to nothing.
  #own: Held<Bucket>
  #parts: Held<Reads>
  #lastOwn: Bucket | undefined
  #lastPart: Reads | undefined
  #open = false

  /** Whether absence in an open world was concluded from. */
  get open(): boolean {
    return this.#open
  }

  note(bucket: Bucket): void {
    if (bucket === this.#lastOwn) return
    if (this.#lastOwn !== undefined) this.#own = held(this.#own ?? [this.#lastOwn], bucket)
    this.#lastOwn = bucket
  }

  noteOpen(): void {
    this.#open = true
  }

  /** Forgets that absence was concluded from, before the next of several checks; the buckets stay. */
  forgetOpen(): void {
    this.#open = false
  }

  include(part: Reads): void {
    if (part.#open) this.#open = true
    if (part === this.#lastPart) return
    if (part.#lastPart === undefined && part.#own === undefined) {
      // At most one bucket: noted as our own.
      if (part.#lastOwn !== undefined) this.note(part.#lastOwn)
      return
    }
    if (part.#lastOwn === undefined && part.#parts === undefined && part.#lastPart !== undefined) {
      this.include(part.#lastPart)
      return
    }
    if (this.#lastPart !== undefined) this.#parts = held(this.#parts ?? [this.#lastPart], part)
    this.#lastPart = part
  }

  /**
   * Whether any bucket is among `touched`.
   *
   * @param known answers for the same `touched` that were given before
   */
  touches(touched: ReadonlySet<Bucket>, known: Map<Reads, boolean>): boolean {
    const before = known.get(this)
    if (before !== undefined) return before
    const answer = this.#isTouched(touched, known)
    known.set(this, answer)
    return answer
  }

  #isTouched(touched: ReadonlySet<Bucket>, known: Map<Reads, boolean>): boolean {
    for (const bucket of this.#buckets()) if (touched.has(bucket)) return true
    for (const part of this.#inner()) if (part.touches(touched, known)) return true
    return false
  }

  #buckets(): Iterable<Bucket> {
    return this.#own ?? (this.#lastOwn === undefined ? [] : [this.#lastOwn])
  }

  #inner(): Iterable<Reads> {
    return this.#parts ?? (this.#lastPart === undefined ? [] : [this.#lastPart])
  }

  /** Each bucket once, in no particular order. */
  *[Symbol.iterator](): Generator<Bucket> {
    const buckets = new Set<Bucket>()
    const seen = new Set<Reads>([this])
    for (const reads of seen) {
      for (const bucket of reads.#buckets()) buckets.add(bucket)
      // A Set is walked in order of insertion, and meets what is added on the way.
      for (const part of reads.#inner()) seen.add(part)
    }
    yield* buckets
  }
}

/** A few items as a list, more as a set: a set of two takes as much room as a list of twenty. */
type Held<T> = T[] | Set<T> | undefined

const mostListed = 16

/** The same with one item more, each once. */
function held<T>(items: T[] | Set<T>, item: T): T[] | Set<T> {
  if (!Array.isArray(items)) return items.add(item)
  if (items.includes(item)) return items
  if (items.length >= mostListed) return new Set(items).add(item)
  items.push(item)
  return items
}

/** A computed value with what it rests on. */
export interface Watched<T> {
  readonly value: T
  readonly reads: Reads
}

/**
 * Records which buckets a computation reads, so that rules need not declare it: docs, permissions and the decision
 * what to run again after an edit all come from here. Frames nest; an inner frame's reads belong to the outer too.
 */
export class ReadLog {
  #frame: Reads | undefined

  note(bucket: Bucket): void {
    this.#frame?.note(bucket)
  }

  noteOpen(): void {
    this.#frame?.noteOpen()
  }

  /** Adds what an earlier, remembered computation had read. */
  replay(reads: Reads): void {
    this.#frame?.include(reads)
  }

  /** Runs a computation and returns its value with what it read. What a computation that throws has read is kept too. */
  watch<T>(compute: () => T): Watched<T> {
    const reads = new Reads()
    return { value: this.into(reads, compute), reads }
  }

  /** Runs a computation and adds what it read to `reads`. */
  into<T>(reads: Reads, compute: () => T): T {
    const outer = this.#frame
    this.#frame = reads
    try {
      return compute()
    } finally {
      this.#frame = outer
      outer?.include(reads)
    }
  }
}
