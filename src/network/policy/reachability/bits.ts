/** A set of small numbers, 32 to a word. Callers keep to sets of one length. */
export type Bits = Uint32Array

export function emptyBits(size: number): Bits {
  return new Uint32Array((size + 31) >>> 5)
}

/** All numbers below `size`. */
export function fullBits(size: number): Bits {
  const bits = emptyBits(size)
  fillRange(bits, 0, size)
  return bits
}

export function setBit(bits: Bits, index: number): void {
  const word = index >>> 5
  bits[word] = (bits[word] ?? 0) | (1 << (index & 31))
}

export function clearBit(bits: Bits, index: number): void {
  bits[index >>> 5] = (bits[index >>> 5] ?? 0) & ~(1 << (index & 31))
}

export function hasBit(bits: Bits, index: number): boolean {
  return (((bits[index >>> 5] ?? 0) >>> (index & 31)) & 1) === 1
}

/** Sets every bit from `from` up to, and without, `to`. */
export function fillRange(bits: Bits, from: number, to: number): void {
  if (from >= to) return
  const first = from >>> 5
  const last = (to - 1) >>> 5
  const head = -1 << (from & 31)
  const tail = -1 >>> (31 - ((to - 1) & 31))
  if (first === last) {
    bits[first] = (bits[first] ?? 0) | (head & tail)
    return
  }
  bits[first] = (bits[first] ?? 0) | head
  bits.fill(0xffffffff, first + 1, last)
  bits[last] = (bits[last] ?? 0) | tail
}

/** Adds `other` to `target`. */
export function addBits(target: Bits, other: Bits): void {
  for (let word = 0; word < target.length; word++) target[word] = (target[word] ?? 0) | (other[word] ?? 0)
}

/** Adds to `target` what both `a` and `b` have. */
export function addCommon(target: Bits, a: Bits, b: Bits): void {
  for (let word = 0; word < target.length; word++)
    target[word] = (target[word] ?? 0) | ((a[word] ?? 0) & (b[word] ?? 0))
}

/** Keeps in `target` what `other` has too. */
export function keepBits(target: Bits, other: Bits): void {
  for (let word = 0; word < target.length; word++) target[word] = (target[word] ?? 0) & (other[word] ?? 0)
}

/** Takes out of `target` what `other` has. */
export function dropBits(target: Bits, other: Bits): void {
  for (let word = 0; word < target.length; word++) target[word] = (target[word] ?? 0) & ~(other[word] ?? 0)
}

/** The numbers of a set in ascending order. */
export function* numbersIn(bits: Bits): Generator<number> {
  for (let word = 0; word < bits.length; word++) {
    let rest = bits[word] ?? 0
    while (rest !== 0) {
      const low = rest & -rest
      yield (word << 5) + (31 - Math.clz32(low))
      rest ^= low
    }
  }
}
