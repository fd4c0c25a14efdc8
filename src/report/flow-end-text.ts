import type { FlowEnd } from '../change/flow-end.ts'
import type { PortRange } from '../change/flow-table.ts'
import type { Interval } from '../network/policy/reachability/address-atoms.ts'
import { addressText } from '../network/policy/reachability/address-atoms.ts'
import { escapeText } from './escape.ts'
import { resourceName } from './words.ts'

const mostRanges = 3

/**
 * `shop/deploy/web`, `203.0.113.0/24 outside`, `any address outside (IPv4)`; escaped.
 *
 * @param home the namespace that needs no mention
 */
export function endText(end: FlowEnd, home?: string): string {
  if (end.kind === 'workload') {
    const { namespace = '', ...reference } = end.reference
    const name = resourceName(reference)
    return escapeText(namespace === home ? name : `${namespace}/${name}`)
  }
  if (end.isEverything) return `any address outside${end.family === 6 ? ' (IPv6)' : ''}`
  const ranges = end.intervals.flatMap((interval) => rangesOf(interval, end.family))
  const more = ranges.length > mostRanges ? ` and ${ranges.length - mostRanges} ranges more` : ''
  return `${ranges.slice(0, mostRanges).join(', ')}${more} outside`
}

/** An interval in CIDR notation: as few blocks as there can be. */
export function rangesOf({ first, last }: Interval, family: 4 | 6): readonly string[] {
  const bits = family === 4 ? 32 : 128
  const found: string[] = []
  let from = first
  while (from <= last) {
    let size = 0
    while (
      size < bits &&
      (from & ((1n << BigInt(size + 1)) - 1n)) === 0n &&
      from + (1n << BigInt(size + 1)) - 1n <= last
    )
      size++
    found.push(`${addressText(from, family)}/${bits - size}`)
    from += 1n << BigInt(size)
  }
  return found
}

/** `TCP 80, 443-445; UDP 53`, `all ports`, `all TCP ports`. */
export function portsText(ports: readonly PortRange[]): string {
  const isAll = ({ from, to }: PortRange): boolean => from === 1 && to === 65535
  if (ports.length === 3 && ports.every(isAll)) return 'all ports'
  return [...Map.groupBy(ports, ({ protocol }) => protocol)]
    .map(([protocol, ranges]) =>
      ranges.every(isAll)
        ? `all ${protocol} ports`
        : `${protocol} ${ranges.map(({ from, to }) => (from === to ? from : `${from}-${to}`)).join(', ')}`,
    )
    .join('; ')
}
