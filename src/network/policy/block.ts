import { type Address, parseRange, type Range } from '../inventory/address.ts'

/** A range of addresses, first to last, of one family. */
export interface Block {
  readonly bits: 32 | 128
  readonly first: bigint
  readonly last: bigint
}

/** A CIDR as it is read: what is not canonical is said, what planes read differently has no block. */
export type ReadBlock =
  | { readonly is: 'block'; readonly block: Block; readonly canonical: boolean; readonly prefix: number }
  | { readonly is: 'ambiguous' | 'invalid' }

/**
 * Reads CIDR notation. Host bits are dropped, as every data plane does. Leading zeros and IPv4-mapped IPv6 are
 * ambiguous: old API servers accept them and planes differ. Source: Kubernetes, KEP-4858.
 */
export function readBlock(cidr: string): ReadBlock {
  const range = parseRange(cidr)
  if (range === undefined) return { is: hasLeadingZeros(cidr) ? 'ambiguous' : 'invalid' }
  if (range.bits === 128 && range.value >> 32n === 0xffffn) return { is: 'ambiguous' }
  if (/\/0\d/.test(cidr)) return { is: 'ambiguous' }
  const block = blockOf(range)
  return { is: 'block', block, canonical: block.first === range.value, prefix: range.prefix }
}

function blockOf({ bits, value, prefix }: Range): Block {
  const size = 1n << BigInt(bits - prefix)
  const first = (value / size) * size
  return { bits, first, last: first + size - 1n }
}

function hasLeadingZeros(cidr: string): boolean {
  const stripped = cidr.replaceAll(/(^|[./])0+(?=\d)/g, '$1')
  return stripped !== cidr && parseRange(stripped) !== undefined
}

export function inBlock(address: Address, block: Block): boolean {
  return address.bits === block.bits && address.value >= block.first && address.value <= block.last
}
