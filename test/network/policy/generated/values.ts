import fc from 'fast-check'

export type Raw = Readonly<Record<string, unknown>>

export const pick = fc.constantFrom
export const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined, freq: 3 })
/** A field that is there, `null`, or left out. */
export const field = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: pick(null, undefined) })

export function compact(record: Raw): Raw {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined))
}

export const namespaces = ['a', 'b', 'c'] as const
const labelValues = ['x', 'y', ''] as const
export const numbers = [53, 80, 81, 82] as const
export const protocols = ['TCP', 'UDP', 'SCTP'] as const
export const portNames = ['http', 'dns'] as const

export const labels = (keys: readonly string[]): fc.Arbitrary<Raw> =>
  fc.record(Object.fromEntries(keys.map((key) => [key, maybe(pick(...labelValues))]))).map(compact)

export function selector(keys: readonly string[], names: readonly string[] = []): fc.Arbitrary<Raw> {
  const known = pick<string>(...keys)
  const expression = fc.oneof(
    fc.record({
      key: known,
      operator: pick('In', 'NotIn'),
      values: fc.array(pick<string>(...labelValues), { minLength: 1, maxLength: 2 }),
    }),
    fc.record({ key: known, operator: pick('Exists', 'DoesNotExist') }),
    ...(names.length === 0
      ? []
      : [
          fc.record({
            key: fc.constant('kubernetes.io/metadata.name'),
            operator: pick('In', 'NotIn'),
            values: fc.array(pick(...names), { minLength: 1, maxLength: 2 }),
          }),
        ]),
  )
  return fc.oneof(
    { weight: 4, arbitrary: fc.constant({}) },
    { weight: 4, arbitrary: fc.record({ matchLabels: labels(keys) }) },
    {
      weight: 3,
      arbitrary: fc.record({ matchExpressions: fc.array(expression, { minLength: 1, maxLength: 2 }) }),
    },
    {
      weight: 1,
      arbitrary: fc
        .record({
          matchLabels: field(labels(keys)),
          matchExpressions: field(fc.array(expression, { maxLength: 1 })),
        })
        .map(compact),
    },
  )
}

export const podSelector = selector(['app', 'tier'])
export const namespaceSelector = selector(['team'], namespaces)
