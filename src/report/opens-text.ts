import type { FlowChange, PortRange } from '../change/flow-table.ts'
import { changedEndText } from './policy-ends.ts'
import { count } from './words.ts'

const mostGroups = 3
const mostSources = 3

/**
 * What a fix lets through that was denied, and that it is nothing else: `opens UDP and TCP 53 to kube-system/deploy/coredns
 * for deploy/order-service, nothing else`. Ports are those of the pods.
 *
 * @param home the namespace that needs no mention
 */
export function opensText(opens: readonly FlowChange[], home: string | undefined): string {
  const groups = [
    ...Map.groupBy(
      opens,
      ({ destination, ports }) => `${portsText(ports)} to ${changedEndText(destination, home)}`,
    ),
  ]
  const shown = groups
    .slice(0, mostGroups)
    .map(([what, changes]) => `${what} for ${sourcesText(changes, home)}`)
  const more = groups.length - shown.length
  return `opens ${shown.join('; ')}${more > 0 ? `; and ${more} more (-o json has all)` : ', nothing else'}`
}

function sourcesText(changes: readonly FlowChange[], home: string | undefined): string {
  const names = [...new Set(changes.map(({ source }) => changedEndText(source, home)))].sort()
  const shown = names.slice(0, mostSources)
  const more = names.length - shown.length
  if (more > 0) return `${shown.join(', ')} and ${count(more, 'other')}`
  return shown.length < 2 ? shown.join('') : `${shown.slice(0, -1).join(', ')} and ${shown.at(-1)}`
}

/** `UDP and TCP 53`, `TCP 80 and 8000-8100`, `all ports`. */
function portsText(ports: readonly PortRange[]): string {
  const byNumbers = Map.groupBy(ports, ({ from, to }) => rangeText(from, to))
  const isAll = byNumbers.size === 1 && ports.length === 3 && byNumbers.has(all)
  if (isAll) return 'all ports'
  return [...byNumbers].map(([numbers, ranges]) => `${protocolsText(ranges)} ${numbers}`).join(' and ')
}

const all = '1-65535'
const protocolOrder: readonly string[] = ['UDP', 'TCP', 'SCTP']

function protocolsText(ranges: readonly PortRange[]): string {
  return protocolOrder.filter((name) => ranges.some(({ protocol }) => protocol === name)).join(' and ')
}

const rangeText = (from: number, to: number): string => (from === to ? String(from) : `${from}-${to}`)
