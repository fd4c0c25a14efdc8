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

/** Several reads as one: all items, all gaps. */
export function joinReads<T>(reads: readonly Read<T>[]): Read<T> {
  if (reads.length === 1 && reads[0] !== undefined) return reads[0]
  return {
    items: reads.flatMap((read) => read.items),
    gaps: reads.flatMap((read) => read.gaps),
    open: reads.find((read) => read.open !== undefined)?.open,
  }
}

export const nothingRead: Read<never> = { items: [], gaps: [] }

/** What a computation looked into: `Kind|namespace` or `Kind|*`. */
export type Bucket = string

interface Frame {
  readonly buckets: Set<Bucket>
  open: boolean
}

/**
 * Records which buckets a computation reads, so that rules need not declare it: docs, permissions and the decision
 * what to run again after an edit all come from here. Frames nest; an inner frame's reads belong to the outer too.
 */
export class ReadLog {
  readonly #frames: Frame[] = []

  note(bucket: Bucket): void {
    this.#frames.at(-1)?.buckets.add(bucket)
  }

  noteOpen(): void {
    const frame = this.#frames.at(-1)
    if (frame !== undefined) frame.open = true
  }

  /** Adds what an earlier, remembered computation had read. */
  replay(buckets: ReadonlySet<Bucket>, open: boolean): void {
    const frame = this.#frames.at(-1)
    if (frame === undefined) return
    for (const bucket of buckets) frame.buckets.add(bucket)
    if (open) frame.open = true
  }

  /** Runs a computation and returns its value with what it read, and whether it concluded from an open world. */
  watch<T>(compute: () => T): {
    readonly value: T
    readonly buckets: ReadonlySet<Bucket>
    readonly open: boolean
  } {
    const frame: Frame = { buckets: new Set(), open: false }
    this.#frames.push(frame)
    try {
      const value = compute()
      return { value, buckets: frame.buckets, open: frame.open }
    } finally {
      this.#frames.pop()
      this.replay(frame.buckets, frame.open)
    }
  }
}
