const numbers = new WeakMap<object, number>()
let last = 0

/** A number that only this object has: a part of the keys under which what was worked out for it is remembered. */
export function numberOf(object: object): number {
  const known = numbers.get(object)
  if (known !== undefined) return known
  last += 1
  numbers.set(object, last)
  return last
}
