/** Beyond this many different values the memory of one parser starts anew: what is alike stands near each other in a list. */
const most = 4_096

/**
 * Wraps a parser so that equal values give the same object: the pods of a workload differ in little, and a large cluster
 * only fits into memory when they share the rest. What it gives must never be changed.
 */
export function sharing<T>(parse: (value: unknown) => T): (value: unknown) => T {
  const known = new Map<string, { readonly parsed: T }>()
  let absent: { readonly parsed: T } | undefined
  return (value) => {
    if (value === undefined) {
      absent ??= { parsed: parse(undefined) }
      return absent.parsed
    }
    const key = JSON.stringify(value) ?? ''
    const found = known.get(key)
    if (found !== undefined) return found.parsed
    if (known.size >= most) known.clear()
    const parsed = parse(value)
    known.set(key, { parsed })
    return parsed
  }
}
