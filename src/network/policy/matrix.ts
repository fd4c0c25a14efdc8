import { hasBit } from './reachability/bits.ts'
import type { Column } from './reachability/columns.ts'
import { hasNodeAddress, type PairGroup, sizeOf } from './reachability/pairs.ts'
import type { Outcome, Reachability } from './reachability/reachability.ts'
import type { PortAtom } from './reachability/vocabulary.ts'

/** Pairs of ends by verdict. `partly`: one address family passes, the other does not. */
export interface PairVerdicts {
  readonly passes: number
  readonly fails: number
  readonly unknown: number
  readonly partly: number
}

/** Ports between which no pair of two groups changes its verdict. */
export interface MatrixRange extends PairVerdicts {
  readonly protocol: PortAtom['protocol']
  readonly from: number
  readonly to: number
}

/** Two groups, by index, with their pairs on every port of every protocol. Groups without pairs have no ranges. */
export interface MatrixCell {
  readonly source: number
  readonly destination: number
  readonly ranges: readonly MatrixRange[]
}

const outcomes: readonly Outcome[] = ['passes', 'fails', 'unknown', 'partly']

/**
 * Who reaches whom between groups of columns, on every port.
 *
 * @param groupOf the group of each column, from 0; columns of none are left out
 * @param groups how many there are
 */
export function matrixOf(
  reachability: Reachability,
  groupOf: (column: Column) => number | undefined,
  groups: number,
): readonly MatrixCell[] {
  const numbers = reachability.columns.map(groupOf)
  const pairs = new CountedPairs(reachability)
  const ranges = Array.from({ length: groups * groups }, (): MatrixRange[] => [])
  for (const atom of reachability.atoms) {
    const counts = countsOf(reachability, atom, numbers, groups, pairs)
    for (const [cell, found] of ranges.entries()) addRange(found, atom, counts, cell)
    reachability.forget(atom)
  }
  return ranges.map((found, cell) => ({
    source: Math.floor(cell / groups),
    destination: cell % groups,
    ranges: found,
  }))
}

/** Four numbers for each cell, in the order of `outcomes`. */
function countsOf(
  reachability: Reachability,
  atom: PortAtom,
  numbers: readonly (number | undefined)[],
  groups: number,
  pairs: CountedPairs,
): Float64Array {
  const counts = new Float64Array(groups * groups * outcomes.length)
  for (const { source, passes, fails, partly } of reachability.rows(0, atom)) {
    const from = numbers[source]
    if (from === undefined) continue
    for (const [destination, to] of numbers.entries()) {
      if (to === undefined) continue
      const at = (from * groups + to) * outcomes.length
      let index = hasBit(passes, destination) ? 0 : fails === undefined || hasBit(fails, destination) ? 1 : 2
      if (index === 2 && partly !== undefined && hasBit(partly, destination)) index = 3
      const plain = pairs.plain(source, destination)
      if (plain !== undefined) {
        counts[at + index] = (counts[at + index] ?? 0) + plain
        continue
      }
      for (const group of pairs.of(source, destination)) {
        const own = group.isOwnNode
          ? outcomes.indexOf(reachability.outcomeOf(0, group, source, destination, atom))
          : index
        counts[at + own] = (counts[at + own] ?? 0) + group.count
      }
    }
  }
  return counts
}

function addRange(ranges: MatrixRange[], atom: PortAtom, counts: Float64Array, cell: number): void {
  const at = cell * outcomes.length
  const [passes = 0, fails = 0, unknown = 0, partly = 0] = counts.subarray(at, at + outcomes.length)
  if (passes + fails + unknown + partly === 0) return
  const last = ranges.at(-1)
  const isSame =
    last?.protocol === atom.protocol &&
    last.passes === passes &&
    last.fails === fails &&
    last.unknown === unknown &&
    last.partly === partly
  if (isSame) ranges[ranges.length - 1] = { ...last, to: atom.to }
  else ranges.push({ protocol: atom.protocol, from: atom.from, to: atom.to, passes, fails, unknown, partly })
}

/** Counts pairs of columns; those with something outside or on a host network are remembered. */
class CountedPairs {
  readonly #reachability: Reachability
  readonly #sizes: readonly number[]
  readonly #isSpecial: readonly boolean[]
  readonly #known = new Map<number, readonly PairGroup[]>()

  constructor(reachability: Reachability) {
    this.#reachability = reachability
    this.#sizes = reachability.columns.map(sizeOf)
    this.#isSpecial = reachability.columns.map(hasNodeAddress)
  }

  /** Pairs of two columns of plain pods, which are all judged alike. */
  plain(source: number, destination: number): number | undefined {
    if (this.#isSpecial[source] !== false || this.#isSpecial[destination] !== false) return undefined
    const own = this.#sizes[source] ?? 0
    return own * (this.#sizes[destination] ?? 0) - (source === destination ? own : 0)
  }

  of(source: number, destination: number): readonly PairGroup[] {
    const key = source * this.#sizes.length + destination
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const found = this.#reachability.pairs.of(source, destination)
    this.#known.set(key, found)
    return found
  }
}
