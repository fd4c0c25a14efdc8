import type { Addresses, Family } from '../endpoint.ts'
import { type Bits, emptyBits, setBit } from './bits.ts'
import { families } from './columns.ts'

/** Bits: 1 for an IPv4 address, 2 for IPv6. */
const bitOf: Readonly<Record<Family, number>> = { 4: 1, 6: 2 }
const both = bitOf[4] | bitOf[6]

/** In which address families pairs of columns are judged. */
export class ColumnFamilies {
  readonly #has: Uint8Array
  /** One view is enough where no end has addresses of both families: then each has one address in every view. */
  readonly views: readonly Family[]

  /** @param addresses of each column */
  constructor(addresses: readonly Addresses[]) {
    this.#has = new Uint8Array(addresses.length)
    for (const [index, { parsed }] of addresses.entries())
      for (const family of families)
        if (parsed[family] !== undefined) this.#has[index] = (this.#has[index] ?? 0) | bitOf[family]
    this.views = this.#has.includes(both) ? families : [4]
  }

  /** Both ends' families, else those of either; see familiesOf of the plain evaluator. */
  between(source: number, destination: number): readonly Family[] {
    if (this.views.length === 1) return this.views
    return familiesIn(judged(this.#has[source] ?? 0, this.#has[destination] ?? 0))
  }

  /** The destinations of a source that are judged in one view alone, and in both. */
  masks(source: number): Readonly<Record<Family | 'both', Bits>> {
    const own = this.#has[source] ?? 0
    const masks = {
      4: emptyBits(this.#has.length),
      6: emptyBits(this.#has.length),
      both: emptyBits(this.#has.length),
    }
    for (const [index, other] of this.#has.entries()) {
      const bits = judged(own, other)
      setBit(masks[bits === both ? 'both' : bits === bitOf[6] ? 6 : 4], index)
    }
    return masks
  }
}

function judged(a: number, b: number): number {
  return (a & b) !== 0 ? a & b : (a | b) !== 0 ? a | b : bitOf[4]
}

function familiesIn(bits: number): readonly Family[] {
  return families.filter((family) => (bits & bitOf[family]) !== 0)
}
