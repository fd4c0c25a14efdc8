import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { list, record } from '../../../src/snapshot/kinds/json.ts'
import { parseObject } from '../../../src/snapshot/kinds/kinds.ts'

const again = (value: unknown): unknown => parseObject(JSON.parse(JSON.stringify(parseObject(value))))

test.each(['recipes', 'cnp-conformance', 'cyclonus', 'policy-assistant'])(
  'objects of %s are parsed the same after saving',
  (file) => {
    for (const line of readFileSync(`fixtures/oracles/${file}.jsonl`, 'utf8').trim().split('\n'))
      for (const object of list(record(JSON.parse(line))['resources'], (item) => item))
        expect(again(object)).toEqual(parseObject(object))
  },
)

const kinds = [
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy'],
] as const

const names = fc.constantFrom(
  ...[
    'podSelector',
    'ingress',
    'egress',
    'from',
    'to',
    'ports',
    'policyTypes',
    'subject',
    'namespaces',
    'pods',
  ],
  ...[
    'matchLabels',
    'matchExpressions',
    'key',
    'operator',
    'values',
    'ipBlock',
    'cidr',
    'except',
    'protocols',
  ],
  ...['tcp', 'destinationPort', 'number', 'range', 'start', 'networks', 'nodes', 'new', 'unreadFields'],
)
const { spec } = fc.letrec((tie) => ({
  spec: fc.dictionary(names, tie('value'), { maxKeys: 4 }),
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom(null, '', 'x', 0, 80, true, '10.0.0.0/8'),
    fc.array(tie('value'), { maxLength: 3 }),
    tie('spec'),
  ),
}))

test.each(kinds)('any JSON in %s %s is parsed, and the same after saving', (apiVersion, kind) => {
  fc.assert(
    fc.property(spec, (value) => {
      const object = { apiVersion, kind, metadata: { name: 'a', namespace: 'b' }, spec: value }
      expect(again(object)).toEqual(parseObject(object))
    }),
    { numRuns: 300 },
  )
})

test('null, absent and empty stay what they are, and nothing is dropped unseen', () => {
  const parsed = parseObject({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'a', namespace: 'b' },
    spec: {
      podSelector: { matchLabels: { app: 1, tier: null } },
      ingress: [],
      egress: null,
      ingres: [{}],
    },
  })
  expect(parsed).toMatchObject({
    spec: {
      podSelector: { unreadFields: ['matchLabels.app'], matchLabels: { tier: '' } },
      ingress: [],
      egress: undefined,
      policyTypes: undefined,
      unreadFields: ['ingres'],
    },
  })
})
