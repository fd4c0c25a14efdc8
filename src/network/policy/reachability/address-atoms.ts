import type { Address } from '../../inventory/address.ts'
import type { Block } from '../block.ts'
import type { Family } from '../endpoint.ts'
import { blockKey } from './vocabulary.ts'

/** Addresses first to last, of the atom's family. */
export interface Interval {
  readonly first: bigint
  readonly last: bigint
}

/** Addresses of one family that lie in the same blocks: no policy tells them apart. */
export interface AddressAtom {
  readonly id: number
  readonly family: Family
  /** Keys of the blocks that hold it. */
  readonly blocks: ReadonlySet<string>
  readonly intervals: readonly Interval[]
}

/** The addresses of one family, cut at the ends of every block. */
export class AddressAtoms {
  readonly atoms: readonly AddressAtom[]
  readonly #starts: readonly bigint[]
  readonly #atomOf: readonly number[]

  constructor(blocks: readonly Block[], family: Family) {
    const bits = family === 4 ? 32 : 128
    const own = blocks.filter((block) => block.bits === bits)
    const end = 1n << BigInt(bits)
    const opening = Map.groupBy(own, ({ first }) => first)
    const closing = Map.groupBy(own, ({ last }) => last + 1n)
    const starts = [...new Set([0n, ...opening.keys(), ...closing.keys()])]
      .filter((start) => start < end)
      .sort((a, b) => (a < b ? -1 : 1))
    const active = new Set<string>()
    const known = new Map<
      string,
      { readonly id: number; readonly blocks: ReadonlySet<string>; readonly intervals: Interval[] }
    >()
    const atomOf: number[] = []
    for (const [index, first] of starts.entries()) {
      for (const block of closing.get(first) ?? []) active.delete(blockKey(block))
      for (const block of opening.get(first) ?? []) active.add(blockKey(block))
      const key = [...active].sort().join(' ')
      const atom = known.get(key) ?? { id: known.size, blocks: new Set(active), intervals: [] }
      known.set(key, atom)
      atom.intervals.push({ first, last: (starts[index + 1] ?? end) - 1n })
      atomOf.push(atom.id)
    }
    this.atoms = [...known.values()].map((atom) => ({ ...atom, family }))
    this.#starts = starts
    this.#atomOf = atomOf
  }

  /** The id of the atom that holds an address of this family. */
  find({ value }: Address): number {
    let low = 0
    let high = this.#starts.length
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if ((this.#starts[middle] ?? 0n) <= value) low = middle
      else high = middle
    }
    return this.#atomOf[low] ?? 0
  }
}
