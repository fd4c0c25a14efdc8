/** An IP address as bits. IPv4-mapped IPv6 addresses stay IPv6. */
export interface IpAddress {
  readonly family: 4 | 6
  readonly bits: bigint
}

/**
 * Parses an address as Go's netip does: four decimal octets without leading zeros, or IPv6 with at most one `::` and
 * optionally an IPv4 tail; no zone, no brackets, no prefix length.
 */
export function parseIp(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

function parseIpv4(text: string): IpAddress | undefined {
  const octets = text.split('.')
  if (octets.length !== 4) return undefined
  let bits = 0n
  for (const octet of octets) {
    if (!/^(0|[1-9][0-9]{0,2})$/.test(octet) || Number(octet) > 255) return undefined
    bits = (bits << 8n) | BigInt(octet)
  }
  return { family: 4, bits }
}

function parseIpv6(text: string): IpAddress | undefined {
  const halves = text.split('::')
  if (halves.length > 2) return undefined
  const [head, tail] = halves.map(groupsOf)
  if (head === undefined) return undefined
  if (halves.length === 1) return head.length === 8 ? fromGroups(head) : undefined
  if (tail === undefined || head.length + tail.length > 7) return undefined
  return fromGroups([...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail])
}

function groupsOf(text: string): readonly number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [index, part] of parts.entries()) {
    if (part.includes('.')) {
      const tail = index === parts.length - 1 ? parseIpv4(part) : undefined
      if (tail === undefined) return undefined
      groups.push(Number(tail.bits >> 16n), Number(tail.bits & 0xffffn))
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return undefined
      groups.push(Number.parseInt(part, 16))
    }
  }
  return groups
}

function fromGroups(groups: readonly number[]): IpAddress {
  return { family: 6, bits: groups.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n) }
}

/** A range of addresses of one family, as the first and the last of them. */
export interface IpRange {
  readonly family: 4 | 6
  readonly first: bigint
  readonly last: bigint
}

/** Parses `ADDRESS/LENGTH`; host bits are ignored. */
export function parseCidr(text: string): IpRange | undefined {
  const slash = text.indexOf('/')
  const address = slash === -1 ? undefined : parseIp(text.slice(0, slash))
  const length = text.slice(slash + 1)
  if (address === undefined || !/^[0-9]{1,3}$/.test(length)) return undefined
  const size = (address.family === 4 ? 32 : 128) - Number(length)
  if (size < 0) return undefined
  const first = (address.bits >> BigInt(size)) << BigInt(size)
  return { family: address.family, first, last: first + (1n << BigInt(size)) - 1n }
}

export function isInRange(address: IpAddress, range: IpRange): boolean {
  return address.family === range.family && address.bits >= range.first && address.bits <= range.last
}
