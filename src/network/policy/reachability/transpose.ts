import type { Bits } from './bits.ts'

/** Rows of which many are the same array. */
export class Rows {
  readonly #distinct: readonly Bits[]
  readonly #indexes: Int32Array
  readonly #words: Int32Array
  readonly #block = new Int32Array(32)

  constructor(rows: readonly Bits[]) {
    const known = new Map<Bits, number>()
    this.#indexes = new Int32Array(rows.length)
    for (const [index, row] of rows.entries()) {
      const at = known.get(row) ?? known.size
      known.set(row, at)
      this.#indexes[index] = at
    }
    this.#distinct = [...known.keys()]
    this.#words = new Int32Array(this.#distinct.length)
  }

  /**
   * The columns `word * 32` to `word * 32 + 31` of the rows, each as a set of row numbers.
   *
   * @param into 32 sets, overwritten
   */
  columns(word: number, into: readonly Bits[]): void {
    const words = this.#words
    const block = this.#block
    const indexes = this.#indexes
    for (const [index, row] of this.#distinct.entries()) words[index] = row[word] ?? 0
    for (let first = 0; first < indexes.length; first += 32) {
      const count = Math.min(32, indexes.length - first)
      const value = words[indexes[first] ?? 0] ?? 0
      let isUniform = count === 32
      for (let row = 0; row < count; row++) {
        const own = words[indexes[first + row] ?? 0] ?? 0
        block[row] = own
        if (own !== value) isUniform = false
      }
      const target = first >>> 5
      if (isUniform) spread(value, target, into)
      else {
        block.fill(0, count)
        transpose(block)
        for (let column = 0; column < 32; column++) {
          const bits = into[column]
          if (bits !== undefined) bits[target] = block[column] ?? 0
        }
      }
    }
  }
}

/** 32 rows with the same word: each column is all ones or none. */
function spread(value: number, target: number, into: readonly Bits[]): void {
  for (let column = 0; column < 32; column++) {
    const bits = into[column]
    if (bits !== undefined) bits[target] = ((value >>> column) & 1) === 1 ? 0xffffffff : 0
  }
}

/** Turns 32 words of 32 bits on their diagonal, lowest bit first (Warren, Hacker's Delight, 7-3). */
function transpose(block: Int32Array): void {
  let mask = 0x0000ffff
  for (let width = 16; width !== 0; width >>>= 1, mask ^= mask << width)
    for (let k = 0; k < 32; k = (k + width + 1) & ~width) {
      const low = block[k] ?? 0
      const high = block[k + width] ?? 0
      const swapped = ((low >>> width) ^ high) & mask
      block[k + width] = high ^ swapped
      block[k] = low ^ (swapped << width)
    }
}
