import type { Endpoint } from '../network/policy/endpoint.ts'
import type { Column } from '../network/policy/reachability/columns.ts'
import type { PairGroup } from '../network/policy/reachability/pairs.ts'
import type { Outcome, Reachability } from '../network/policy/reachability/reachability.ts'
import type { PortAtom } from '../network/policy/reachability/vocabulary.ts'
import { type FlowEnd, outsideEnd } from './flow-end.ts'

/** What a change of verdict is to whom it meets. `unknown`: the second world leaves it open. */
export type Effect = 'denied' | 'allowed' | 'unknown'

export interface PortRange {
  readonly protocol: PortAtom['protocol']
  readonly from: number
  readonly to: number
}

/** Flows between two ends whose verdict changes in the same way. */
export interface FlowChange {
  readonly effect: Effect
  readonly before: Outcome
  readonly after: Outcome
  readonly source: FlowEnd
  readonly destination: FlowEnd
  /** Ports of the destination pods, by protocol, ascending. */
  readonly ports: readonly PortRange[]
  /** Pairs of pods, or of a pod and a range of addresses outside. */
  readonly pairs: number
  /** One such pair and port, in both worlds. */
  readonly example: {
    readonly source: readonly Endpoint[]
    readonly destination: readonly Endpoint[]
    readonly protocol: PortAtom['protocol']
    readonly port: number
  }
}

/** Pairs, each counted once under every effect that it has on some port. */
export interface PairCounts extends Readonly<Record<Effect, number>> {
  readonly all: number
  readonly unchanged: number
}

/** Pairs between two namespaces that change; '' stands for outside. */
export interface NamespaceCounts extends Readonly<Record<Effect, number>> {
  readonly source: string
  readonly destination: string
}

const effects: readonly Effect[] = ['denied', 'allowed', 'unknown']
const ranks: Readonly<Record<Exclude<Outcome, 'unknown'>, number>> = { fails: 0, partly: 1, passes: 2 }

/** `undefined` for no change. */
export function effectOf(before: Outcome, after: Outcome): Effect | undefined {
  if (before === after) return undefined
  if (after === 'unknown') return 'unknown'
  // What was unknown may have been either: the certain answer is told.
  if (before === 'unknown') return after === 'passes' ? 'allowed' : 'denied'
  return ranks[after] > ranks[before] ? 'allowed' : 'denied'
}

interface Cell {
  readonly effect: Effect
  readonly before: Outcome
  readonly after: Outcome
  readonly source: Column
  readonly destination: Column
  readonly atom: PortAtom
  readonly group: PairGroup
}

interface Change {
  readonly cell: Cell
  readonly ports: readonly PortRange[]
  readonly pairs: number
}

/** Collects pairs of columns whose verdict changes, and tells them by workload and port range. */
export class FlowTable {
  readonly #reachability: Reachability
  readonly #endOf: (column: Column) => FlowEnd
  readonly #cells = new Map<string, Cell[]>()
  readonly #counts: Record<Effect, number> = { denied: 0, allowed: 0, unknown: 0 }
  readonly #namespaces = new Map<string, NamespaceCounts>()
  #changed = 0

  /** @param endOf the workload of a column of pods */
  constructor(reachability: Reachability, endOf: (column: Column) => FlowEnd) {
    this.#reachability = reachability
    this.#endOf = endOf
  }

  /** Compares the verdicts of two columns on every port. */
  compare(source: number, destination: number): void {
    const { columns, atoms } = this.#reachability
    const [from, to] = [columns[source], columns[destination]]
    if (from === undefined || to === undefined) return
    for (const group of this.#reachability.pairs.of(source, destination)) {
      const found = new Set<Effect>()
      for (const atom of atoms) {
        const before = this.#reachability.outcomeOf(0, group, source, destination, atom)
        const after = this.#reachability.outcomeOf(1, group, source, destination, atom)
        const effect = effectOf(before, after)
        if (effect === undefined) continue
        found.add(effect)
        this.#add({ effect, before, after, source: from, destination: to, atom, group })
      }
      for (const effect of found) {
        this.#counts[effect] += group.count
        this.#countBetween(from.namespace, to.namespace, effect, group.count)
      }
      if (found.size > 0) this.#changed += group.count
    }
  }

  /** Pairs by what happens to them on some port. */
  pairs(): PairCounts {
    const all = this.#reachability.pairs.count()
    return { all, ...this.#counts, unchanged: all - this.#changed }
  }

  /** By source, then destination. */
  namespaces(): readonly NamespaceCounts[] {
    return [...this.#namespaces].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, counts]) => counts)
  }

  #countBetween(source: string, destination: string, effect: Effect, pairs: number): void {
    const key = `${source}\n${destination}`
    const known = this.#namespaces.get(key) ?? { source, destination, denied: 0, allowed: 0, unknown: 0 }
    this.#namespaces.set(key, { ...known, [effect]: known[effect] + pairs })
  }

  /** Denied before allowed before unknown, then by source and destination. */
  changes(): readonly FlowChange[] {
    const found = [...this.#cells.values()].flatMap(changesOf)
    const merged = Map.groupBy(found, sameButOutside)
    const told = [...merged.values()].flatMap((parts) => this.#tell(parts))
    const keyed = told.map((change) => ({ change, key: orderOf(change) }))
    return keyed.sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ change }) => change)
  }

  #add(cell: Cell): void {
    const { effect, before, after, source, destination } = cell
    const key = [effect, before, after, endKey(source), endKey(destination)].join('\n')
    const known = this.#cells.get(key)
    if (known === undefined) this.#cells.set(key, [cell])
    else known.push(cell)
  }

  #tell(parts: readonly Change[]): readonly FlowChange[] {
    const [first] = parts
    if (first === undefined) return []
    const { effect, before, after, atom, group } = first.cell
    return [
      {
        effect,
        before,
        after,
        source: this.#end(parts.map(({ cell }) => cell.source)),
        destination: this.#end(parts.map(({ cell }) => cell.destination)),
        ports: first.ports,
        pairs: parts.reduce((sum, { pairs }) => sum + pairs, 0),
        example: {
          source: group.source,
          destination: group.destination,
          protocol: atom.protocol,
          port: atom.from,
        },
      },
    ]
  }

  #end(columns: readonly Column[]): FlowEnd {
    const atoms = [...new Set(columns)].flatMap(({ atom }) => atom ?? [])
    const [first] = columns
    if (first !== undefined && atoms.length === 0) return this.#endOf(first)
    return outsideEnd(atoms, this.#reachability.outside)
  }
}

function endKey({ kind, group, atom }: Column): string {
  return kind === 'outside' ? `outside ${atom?.family} ${atom?.id} ${atom?.intervals[0]?.first}` : group
}

/** Cells of the same ends and the same effect, with their ports put together where the same number of pairs has them. */
function changesOf(cells: readonly Cell[]): readonly Change[] {
  const byAtom = Map.groupBy(cells, ({ atom }) => atom)
  const counted = [...byAtom].flatMap(([atom, found]) => {
    const [cell] = found
    return cell === undefined
      ? []
      : [{ atom, cell, pairs: found.reduce((sum, { group }) => sum + group.count, 0) }]
  })
  return [...Map.groupBy(counted, ({ pairs }) => pairs)].flatMap(([pairs, found]) => {
    const [first] = found
    return first === undefined
      ? []
      : [{ cell: first.cell, ports: joined(found.map(({ atom }) => atom)), pairs }]
  })
}

/** Neighbours become one range. */
function joined(atoms: readonly PortAtom[]): readonly PortRange[] {
  const ranges: PortRange[] = []
  const order = ['TCP', 'UDP', 'SCTP']
  const sorted = [...atoms].sort(
    (a, b) => order.indexOf(a.protocol) - order.indexOf(b.protocol) || a.from - b.from,
  )
  for (const { protocol, from, to } of sorted) {
    const last = ranges.at(-1)
    if (last?.protocol === protocol && last.to + 1 === from) ranges[ranges.length - 1] = { ...last, to }
    else ranges.push({ protocol, from, to })
  }
  return ranges
}

/** Equal for changes that differ only in the addresses outside. */
function sameButOutside({ cell, ports, pairs }: Change): string {
  const ends = [cell.source, cell.destination].map(({ kind, group, atom }) =>
    kind === 'outside' ? `outside ${atom?.family}` : group,
  )
  return JSON.stringify([cell.effect, cell.before, cell.after, ends, ports, pairs])
}

function orderOf({ effect, source, destination, ports }: FlowChange): string {
  return [effects.indexOf(effect), nameOf(source), nameOf(destination), JSON.stringify(ports)].join('\n')
}

function nameOf(end: FlowEnd): string {
  if (end.kind === 'outside') return `~${end.family} ${end.intervals[0]?.first}`
  const { namespace = '', kind, name } = end.reference
  return `${namespace}/${name}/${kind}`
}
