import { addBits, type Bits, emptyBits, fullBits, keepBits } from './bits.ts'

/**
 * A set of which some members may be uncertain: `yes` surely belong, `can` do perhaps or surely. The same array twice:
 * nothing is uncertain. Never changed once made.
 */
export interface Tri {
  readonly yes: Bits
  readonly can: Bits
}

function isSure({ yes, can }: Tri): boolean {
  return yes === can
}

export function sure(bits: Bits): Tri {
  return { yes: bits, can: bits }
}

/** What belongs to any of them. */
export function union(sets: readonly Tri[], size: number): Tri {
  const [first] = sets
  if (first !== undefined && sets.length === 1) return first
  const yes = emptyBits(size)
  for (const set of sets) addBits(yes, set.yes)
  if (sets.every(isSure)) return sure(yes)
  const can = emptyBits(size)
  for (const set of sets) addBits(can, set.can)
  return { yes, can }
}

/** What belongs to both. */
export function common(a: Tri, b: Tri): Tri {
  const yes = a.yes.slice()
  keepBits(yes, b.yes)
  if (isSure(a) && isSure(b)) return sure(yes)
  const can = a.can.slice()
  keepBits(can, b.can)
  return { yes, can }
}

/** The same, with every member uncertain. */
export function doubtful({ can }: Tri, size: number): Tri {
  return { yes: emptyBits(size), can }
}

export function everything(size: number): Tri {
  return sure(fullBits(size))
}

export function nothing(size: number): Tri {
  return sure(emptyBits(size))
}
