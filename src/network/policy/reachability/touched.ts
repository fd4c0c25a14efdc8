import type { Direction } from '../model.ts'
import { type Bits, emptyBits, numbersIn } from './bits.ts'
import type { Reachability } from './reachability.ts'
import type { Signature } from './signatures.ts'
import type { SideRow } from './verdict-bits.ts'

const directions: readonly Direction[] = ['egress', 'ingress']

/**
 * Pairs of columns whose verdict may differ between the first two worlds: those with a side that differs on any port.
 * Sides that are selected by the same policies, and compared with the same peers, are not looked at.
 */
export function touchedPairs(
  reachability: Reachability,
): Iterable<readonly [source: number, destination: number]> {
  const { columns } = reachability
  const found = new Map<number, readonly [number, number]>()
  const peersDiffer = doPeersDiffer(reachability)
  const others = new DifferenceCache(reachability)
  for (const direction of directions)
    for (const column of columns.keys()) {
      if (!isTouched(reachability, direction, column, peersDiffer)) continue
      for (const other of [...others.of(direction, column), ...reachability.pairs.besides(column)]) {
        const [source, destination] = direction === 'egress' ? [column, other] : [other, column]
        found.set(source * columns.length + destination, [source, destination])
      }
    }
  return found.values()
}

/** Whether other policies, or changed ones, select a column in the second world. */
function isTouched(
  reachability: Reachability,
  direction: Direction,
  column: number,
  peersDiffer: boolean,
): boolean {
  const before = reachability.signature(0, direction, column)
  const after = reachability.signature(1, direction, column)
  if (before === undefined || after === undefined) return false
  const [old, changed] = [decidingIn(before), decidingIn(after)]
  if (before.isOpen !== after.isOpen || before.hasGaps !== after.hasGaps) return true
  if (old.length !== changed.length) return true
  // A second generation of admin policies counts even for those that it does not select.
  if (before.generations.length !== after.generations.length) return true
  if (old.length > 0 && peersDiffer) return true
  return old.some(({ policy, isSure }, index) => {
    const other = changed[index]
    return policy.object !== other?.policy.object || isSure !== other.isSure
  })
}

function decidingIn({ networkPolicies, generations }: Signature): Signature['networkPolicies'] {
  return [
    ...networkPolicies,
    ...generations.flatMap(({ admin, baseline }) => [...admin.flat(), ...baseline.flat()]),
  ]
}

/** Whether pods, namespaces, nodes or the plugin differ, so that any rule may match others. */
function doPeersDiffer(reachability: Reachability): boolean {
  const [before, after] = [reachability.policies(0), reachability.policies(1)]
  if (before.profile !== after.profile) return true
  if (reachability.pods.some(([old, changed]) => old !== changed)) return true
  for (const name of new Set(reachability.columns.map(({ namespace }) => namespace))) {
    const [a, b] = [before.namespace(name), after.namespace(name)]
    if (a !== b && JSON.stringify([a.labels, a.isKnown]) !== JSON.stringify([b.labels, b.isKnown]))
      return true
  }
  const old = before.inventory.list('Node').items
  const changed = after.inventory.list('Node').items
  return old.length !== changed.length || old.some((node, index) => node !== changed[index])
}

/** Columns about which the sides of two worlds differ, each pair of rows compared once. */
class DifferenceCache {
  readonly #reachability: Reachability
  readonly #known = new Map<SideRow, Map<SideRow, Bits>>()

  constructor(reachability: Reachability) {
    this.#reachability = reachability
  }

  of(direction: Direction, column: number): Iterable<number> {
    const { atoms, columns } = this.#reachability
    const all = emptyBits(columns.length)
    for (const atom of atoms) {
      const before = this.#reachability.sideRows(0, direction, column, atom)
      const after = this.#reachability.sideRows(1, direction, column, atom)
      for (let view = 0; view < Math.max(before.length, after.length); view++) {
        // A world with one view has the same row in every one.
        const [row, other] = [before[view] ?? before[0], after[view] ?? after[0]]
        if (row === undefined || other === undefined || row === other) continue
        const difference = this.#between(row, other)
        for (let word = 0; word < all.length; word++) all[word] = (all[word] ?? 0) | (difference[word] ?? 0)
      }
    }
    return [...numbersIn(all)].filter((other) => other < columns.length)
  }

  #between(a: SideRow, b: SideRow): Bits {
    const known = this.#known.get(a)?.get(b)
    if (known !== undefined) return known
    const difference = a.passes.map((word, index) => word ^ (b.passes[index] ?? 0))
    if (a.fails !== undefined || b.fails !== undefined)
      for (let word = 0; word < difference.length; word++)
        difference[word] = (difference[word] ?? 0) | (failsIn(a, word) ^ failsIn(b, word))
    const rows = this.#known.get(a) ?? new Map<SideRow, Bits>()
    this.#known.set(a, rows.set(b, difference))
    return difference
  }
}

function failsIn({ passes, fails }: SideRow, word: number): number {
  return fails === undefined ? ~(passes[word] ?? 0) : (fails[word] ?? 0)
}
