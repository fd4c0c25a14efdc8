import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { NamespaceScope, Peer } from '../../../src/network/policy/model.ts'
import { readSelector, selects } from '../../../src/network/policy/selector.ts'
import { areApart } from '../../../src/rules/policy/apart.ts'

const values = ['a', 'b', 'c'] as const
const labelsOf = (key: string) => [{}, ...values.map((value) => ({ [key]: value }))]
const everyPod = labelsOf('app')
const everyNamespace = values.map((name) => ({ 'kubernetes.io/metadata.name': name }))

const selector = (key: string) =>
  fc
    .array(
      fc.record({
        key: fc.constant(key),
        operator: fc.constantFrom('In', 'NotIn', 'Exists', 'DoesNotExist'),
        values: fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 }),
      }),
      { maxLength: 2 },
    )
    .map((items) =>
      readSelector({
        matchLabels: {},
        matchExpressions: items.map((item) =>
          item.operator.endsWith('In') ? item : { ...item, values: [] },
        ),
      }),
    )

const scope: fc.Arbitrary<NamespaceScope> = fc.oneof(
  fc.constantFrom(...values).map((name) => ({ name })),
  selector('kubernetes.io/metadata.name').map((found) => ({ selector: found })),
)
const peer: fc.Arbitrary<Extract<Peer, { is: 'pods' }>> = fc
  .record({ namespaces: scope, pods: selector('app') })
  .map((parts) => ({ is: 'pods', path: '', fields: {}, ...parts }))

const isIn = ({ namespaces, pods }: Extract<Peer, { is: 'pods' }>, namespace: object, labels: object) =>
  selects(pods, { ...labels }) &&
  ('name' in namespaces
    ? Object.values(namespace).includes(namespaces.name)
    : selects(namespaces.selector, { ...namespace }))

test('peers that are said to be apart have no pod in common', () => {
  let apart = 0
  fc.assert(
    fc.property(peer, peer, (a, b) => {
      if (!areApart(a, b)) return
      apart += 1
      for (const namespace of everyNamespace)
        for (const labels of everyPod)
          expect(isIn(a, namespace, labels) && isIn(b, namespace, labels)).toBe(false)
    }),
    { numRuns: 2000 },
  )
  expect(apart).toBeGreaterThan(200)
})
