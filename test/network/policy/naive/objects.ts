/** Raw objects as the naive evaluator looks at them. */

export type Json = Readonly<Record<string, unknown>>

export const get = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Json)[key] : undefined),
    value,
  )
export const items = (value: unknown): readonly Json[] =>
  Array.isArray(value) ? (value as readonly Json[]) : []
export const text = (value: unknown): string => (typeof value === 'string' ? value : '')
export const isSet = (value: unknown): boolean => value !== undefined && value !== null

/** A missing selector selects everything; both parts must hold. */
export function selects(selector: unknown, labels: Json): boolean {
  for (const [key, value] of Object.entries((get(selector, 'matchLabels') ?? {}) as Json))
    if (!(key in labels) || labels[key] !== value) return false
  for (const { key, operator, values } of items(get(selector, 'matchExpressions'))) {
    const has = text(key) in labels
    const isListed = has && items(values).some((value) => (value as unknown) === labels[text(key)])
    if (operator === 'In' && !isListed) return false
    if (operator === 'NotIn' && isListed) return false
    if (operator === 'Exists' && !has) return false
    if (operator === 'DoesNotExist' && has) return false
  }
  return true
}

export const labelsOf = (object: unknown): Json => (get(object, 'metadata', 'labels') ?? {}) as Json
export const nameOf = (object: unknown): string => text(get(object, 'metadata', 'name'))
export const namespaceOf = (object: unknown): string => text(get(object, 'metadata', 'namespace'))

export type NaiveEnd =
  | { readonly kind: 'pod'; readonly pod: Json }
  | { readonly kind: 'node'; readonly node: Json }
  | { readonly kind: 'outside'; readonly address: string }

/** Addresses as texts of bits. */
export function bitsOf(address: string): string {
  if (!address.includes(':'))
    return address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('')
  const [head = '', tail] = address.split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...(tail === undefined ? [] : zeros), ...right]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('')
}

export function isInCidr(address: string, cidr: string): boolean {
  const [network = '', length = ''] = cidr.split('/')
  const [a, b] = [bitsOf(address), bitsOf(network)]
  return a.length === b.length && a.slice(0, Number(length)) === b.slice(0, Number(length))
}

const isV6 = (address: string): boolean => address.includes(':')

function addressesOf(end: NaiveEnd): readonly string[] {
  if (end.kind === 'outside') return [end.address]
  if (end.kind === 'pod') return items(get(end.pod, 'status', 'podIPs')).map((item) => text(item['ip']))
  const all = items(get(end.node, 'status', 'addresses'))
  const internal = all.filter((item) => item['type'] === 'InternalIP')
  return [...internal, ...all].map((item) => text(item['address']))
}

/** An end has one address in a family; where it has none of it, the one that it has. */
export function addressIn(family: 4 | 6, end: NaiveEnd): string | undefined {
  const all = addressesOf(end)
  return all.find((address) => isV6(address) === (family === 6)) ?? all[0]
}

export function familiesOf(source: NaiveEnd, destination: NaiveEnd): readonly (4 | 6)[] {
  const has = (end: NaiveEnd, family: 4 | 6) =>
    addressesOf(end).some((address) => isV6(address) === (family === 6))
  const both = ([4, 6] as const).filter((family) => has(source, family) && has(destination, family))
  if (both.length > 0) return both
  const one = ([4, 6] as const).filter((family) => has(source, family) || has(destination, family))
  return one.length > 0 ? one : [4]
}
