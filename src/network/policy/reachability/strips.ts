import { addBits, addCommon, type Bits, dropBits, emptyBits, fullBits, keepBits } from './bits.ts'
import type { ColumnFamilies } from './families.ts'
import { Rows } from './transpose.ts'
import type { SideRow } from './verdict-bits.ts'

/** All destinations of one source. The arrays are used again for a later row: copy what is to be kept. */
export interface ReachRow {
  readonly source: number
  readonly passes: Bits
  /** Absent: all that do not pass. What is in neither set is unknown, or in `partly`. */
  readonly fails?: Bits | undefined
  /** One address family passes, the other does not; absent where no end has both. */
  readonly partly?: Bits | undefined
}

/** Both sides in one address family. */
interface View {
  readonly egress: (column: number) => SideRow
  readonly ingress: (column: number) => SideRow
}

/**
 * Egress of each source and ingress of all destinations together. Ingress rows stand the other way round; they are
 * turned 32 sources at a time, so that the whole matrix never exists.
 */
export function* reachRows(
  size: number,
  views: readonly View[],
  families: ColumnFamilies,
): Generator<ReachRow> {
  const strips = views.map((view) => new Strip(size, view))
  for (let word = 0; word << 5 < size; word++) {
    for (const strip of strips) strip.load(word)
    for (let source = word << 5; source < Math.min(size, (word + 1) << 5); source++) {
      const rows = strips.map((strip) => strip.row(source))
      const [first, second] = rows
      if (first === undefined) return
      yield { source, ...(second === undefined ? first : combined(first, second, families.masks(source))) }
    }
  }
}

interface Verdicts {
  readonly passes: Bits
  readonly fails?: Bits | undefined
}

class Strip {
  readonly #view: View
  readonly #passing: Rows
  readonly #passes: readonly Bits[]
  /** Only where some verdict is unknown. */
  readonly #failing: Rows | undefined
  readonly #fails: readonly Bits[]
  readonly #egressFails: Bits | undefined

  constructor(size: number, view: View) {
    const columns = Array.from({ length: size }, (_, column) => column)
    const ingress = columns.map(view.ingress)
    const isUnsure = [...ingress, ...columns.map(view.egress)].some(({ fails }) => fails !== undefined)
    const buffers = (): readonly Bits[] => Array.from({ length: 32 }, () => emptyBits(size))
    this.#view = view
    this.#passing = new Rows(ingress.map(({ passes }) => passes))
    this.#passes = buffers()
    this.#failing = isUnsure ? new Rows(failing(ingress, size)) : undefined
    this.#fails = isUnsure ? buffers() : []
    this.#egressFails = isUnsure ? fullBits(size) : undefined
  }

  load(word: number): void {
    this.#passing.columns(word, this.#passes)
    this.#failing?.columns(word, this.#fails)
  }

  row(source: number): Verdicts {
    const egress = this.#view.egress(source)
    const passes = this.#passes[source & 31]
    const fails = this.#fails[source & 31]
    if (passes === undefined) throw new RangeError('no strip')
    keepBits(passes, egress.passes)
    if (fails === undefined || this.#egressFails === undefined) return { passes }
    if (egress.fails !== undefined) addBits(fails, egress.fails)
    else {
      const denied = this.#egressFails.slice()
      dropBits(denied, egress.passes)
      addBits(fails, denied)
    }
    return { passes, fails }
  }
}

/** What each row denies; equal rows stay one array. */
function failing(rows: readonly SideRow[], size: number): readonly Bits[] {
  const known = new Map<SideRow, Bits>()
  return rows.map((row) => {
    const found = known.get(row) ?? row.fails ?? complement(row.passes, size)
    known.set(row, found)
    return found
  })
}

function complement(bits: Bits, size: number): Bits {
  const others = fullBits(size)
  dropBits(others, bits)
  return others
}

/** Two families: a pair is judged in one of them, or passes and fails only where both do. */
function combined(
  v4: Verdicts,
  v6: Verdicts,
  masks: ReturnType<ColumnFamilies['masks']>,
): Omit<ReachRow, 'source'> {
  const size = v4.passes.length * 32
  const fails4 = v4.fails ?? complement(v4.passes, size)
  const fails6 = v6.fails ?? complement(v6.passes, size)
  const partly = emptyBits(size)
  addCommon(partly, v4.passes, fails6)
  addCommon(partly, v6.passes, fails4)
  keepBits(partly, masks.both)
  return {
    passes: chosen(v4.passes, v6.passes, masks),
    fails: chosen(fails4, fails6, masks),
    partly,
  }
}

function chosen(v4: Bits, v6: Bits, masks: ReturnType<ColumnFamilies['masks']>): Bits {
  const result = v4.slice()
  keepBits(result, v6)
  keepBits(result, masks.both)
  addCommon(result, v4, masks[4])
  addCommon(result, v6, masks[6])
  return result
}
