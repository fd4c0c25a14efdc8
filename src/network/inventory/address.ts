/** An IP address as a number, with its family's width. */
export interface Address {
  readonly bits: 32 | 128
  readonly value: bigint
}

export interface Range extends Address {
  /** Length of the prefix in bits. */
  readonly prefix: number
}

const dot = 46
const zero = 48

function parseV4(text: string): bigint | undefined {
  let value = 0
  let part = -1
  let parts = 0
  for (let at = 0; at <= text.length; at++) {
    const code = at === text.length ? dot : text.charCodeAt(at)
    if (code === dot) {
      if (part === -1) return undefined
      value = value * 256 + part
      parts += 1
      part = -1
    } else {
      // Leading zeros are read as octal by some data planes and as decimal by others: not an address we vouch for.
      if (code < zero || code > zero + 9 || part === 0) return undefined
      part = part === -1 ? code - zero : part * 10 + code - zero
      if (part > 255 || parts > 3) return undefined
    }
  }
  return parts === 4 ? BigInt(value) : undefined
}

function parseGroups(text: string): readonly string[] | undefined {
  if (text === '') return []
  const groups = text.split(':')
  const last = groups.at(-1) ?? ''
  if (!last.includes('.')) return groups
  const embedded = parseV4(last)
  if (embedded === undefined) return undefined
  return [...groups.slice(0, -1), (embedded >> 16n).toString(16), (embedded & 0xffffn).toString(16)]
}

function parseV6(text: string): bigint | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const head = parseGroups(halves[0] ?? '')
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '') : []
  if (head === undefined || tail === undefined) return undefined
  const missing = 8 - head.length - tail.length
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined
  let value = 0n
  for (const group of [...head, ...Array.from({ length: missing }, () => '0'), ...tail]) {
    if (!/^[0-9a-fA-F]{1,4}$/.test(group)) return undefined
    value = value * 65536n + BigInt(`0x${group}`)
  }
  return value
}

/** Parses a dotted IPv4 or a textual IPv6 address; `undefined` for anything else, zones and leading zeros included. */
export function parseAddress(text: string): Address | undefined {
  const v4 = parseV4(text)
  if (v4 !== undefined) return { bits: 32, value: v4 }
  const v6 = text.includes(':') ? parseV6(text) : undefined
  return v6 === undefined ? undefined : { bits: 128, value: v6 }
}

/** 127.0.0.0/8 and ::1. */
export function isLoopback({ bits, value }: Address): boolean {
  return bits === 32 ? value >> 24n === 127n : value === 1n
}

/** One text for all spellings of an IPv6 address; any other text as it is. */
export function canonicalAddress(text: string): string {
  if (!text.includes(':')) return text
  const address = parseAddress(text)
  return address === undefined ? text : `v6:${address.value.toString(16)}`
}

/** Parses CIDR notation; host bits are ignored. */
export function parseRange(cidr: string): Range | undefined {
  const slash = cidr.indexOf('/')
  if (slash === -1) return undefined
  const address = parseAddress(cidr.slice(0, slash))
  const length = cidr.slice(slash + 1)
  if (address === undefined || !/^\d{1,3}$/.test(length) || Number(length) > address.bits) return undefined
  return { ...address, prefix: Number(length) }
}

export function inRange(address: Address, range: Range): boolean {
  if (address.bits !== range.bits) return false
  return prefixOf(address, range) === prefixOf(range, range)
}

/** Whether an address lies in one of the ranges; texts that are no addresses or ranges never match. */
export function inAnyRange(address: string, cidrs: readonly string[]): boolean {
  const parsed = parseAddress(address)
  if (parsed === undefined) return false
  return cidrs.some((cidr) => {
    const range = parseRange(cidr)
    return range !== undefined && inRange(parsed, range)
  })
}

/** Values under address ranges; a lookup costs one step for each length of prefix that is in use. */
export class RangeIndex<T> {
  readonly #byLength = new Map<string, { readonly range: Range; readonly values: Map<bigint, T> }>()

  /** Adds a value under a CIDR. The first value of a range stays; texts that are no ranges are left out. */
  add(cidr: string, value: T): void {
    const range = parseRange(cidr)
    if (range === undefined) return
    const key = `${range.bits}/${range.prefix}`
    const known = this.#byLength.get(key) ?? { range, values: new Map<bigint, T>() }
    this.#byLength.set(key, known)
    const prefix = prefixOf(range, range)
    if (!known.values.has(prefix)) known.values.set(prefix, value)
  }

  /** The value of the narrowest range that holds the address. */
  find(address: Address): T | undefined {
    let best: { readonly prefix: number; readonly value: T } | undefined
    for (const { range, values } of this.#byLength.values()) {
      if (range.bits !== address.bits || (best !== undefined && best.prefix >= range.prefix)) continue
      const value = values.get(prefixOf(address, range))
      if (value !== undefined) best = { prefix: range.prefix, value }
    }
    return best?.value
  }
}

function prefixOf(address: Address, { bits, prefix }: Range): bigint {
  return address.value >> BigInt(bits - prefix)
}
