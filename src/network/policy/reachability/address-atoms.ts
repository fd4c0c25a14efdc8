import { type Address, parseAddress } from '../../inventory/address.ts'
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
  /** Where each interval begins, ascending; and the atom that it belongs to. */
  readonly #starts: readonly (number | bigint)[]
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
    this.#starts = family === 4 ? starts.map(Number) : starts
    this.#atomOf = atomOf
  }

  /** The id of the atom that holds an address of this family. */
  find(value: number | bigint): number {
    let low = 0
    let high = this.#starts.length
    while (high - low > 1) {
      const middle = (low + high) >>> 1
      if ((this.#starts[middle] ?? 0) <= value) low = middle
      else high = middle
    }
    return this.#atomOf[low] ?? 0
  }

  findAddress({ bits, value }: Address): number {
    return this.find(bits === 32 ? Number(value) : value)
  }
}

/** An address as a number: plain for IPv4, which is most of them. */
export type AddressNumber = number | bigint

/** `undefined` for what is no address; the same texts as {@link parseAddress} reads. */
export function addressNumber(text: string): AddressNumber | undefined {
  if (!text.includes(':')) return v4Number(text)
  return parseAddress(text)?.value
}

const dot = 46
const zero = 48

function v4Number(text: string): number | undefined {
  let value = 0
  let part = -1
  let parts = 1
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === dot) {
      if (part < 0 || parts === 4) return undefined
      value = value * 256 + part
      part = -1
      parts++
      continue
    }
    const digit = code - zero
    // No sign, no letter, and no leading zero: planes read those differently.
    if (digit < 0 || digit > 9 || part === 0) return undefined
    part = part < 0 ? digit : part * 10 + digit
    if (part > 255) return undefined
  }
  return part < 0 || parts !== 4 ? undefined : value * 256 + part
}

/** An address in the form that people write: of IPv6 with the longest run of zeros left out. */
export function addressText(value: bigint, family: Family): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  )
  const runs = groups.map((_, start) => {
    const end = groups.findIndex((group, index) => index >= start && group !== '0')
    return { start, length: (end === -1 ? groups.length : end) - start }
  })
  const { start, length } = runs.reduce((best, run) => (run.length > best.length ? run : best))
  if (length < 2) return groups.join(':')
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`
}
