import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readBlock } from '../../../src/network/policy/block.ts'
import { maySelectInCalico } from '../../../src/network/policy/calico-selector.ts'
import { decide } from '../../../src/network/policy/decide.ts'
import type { Raw } from './generated/values.ts'
import { type GeneratedFlow, worlds } from './generated/worlds.ts'
import { cluster, namespace, pod } from './traps/kit.ts'
import { endpointOf, type World, worldOf } from './worlds.ts'

const kinds = [
  ['networking.k8s.io/v1', 'NetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy'],
  ['policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy'],
  ['cilium.io/v2', 'CiliumNetworkPolicy'],
  ['cilium.io/v2', 'CiliumClusterwideNetworkPolicy'],
  ['projectcalico.org/v3', 'NetworkPolicy'],
  ['crd.projectcalico.org/v1', 'GlobalNetworkPolicy'],
] as const

/** Fields and values of policies, put together as it comes. */
const words = fc.constantFrom(
  ...[
    'podSelector',
    'policyTypes',
    'ingress',
    'egress',
    'from',
    'to',
    'ports',
    'port',
    'endPort',
    'protocol',
  ],
  ...['namespaceSelector', 'ipBlock', 'cidr', 'except', 'matchLabels', 'matchExpressions', 'key', 'operator'],
  ...[
    'values',
    'priority',
    'subject',
    'namespaces',
    'pods',
    'nodes',
    'networks',
    'domainNames',
    'action',
    'tier',
  ],
  ...[
    'protocols',
    'tcp',
    'destinationPort',
    'number',
    'range',
    'start',
    'end',
    'destinationNamedPort',
    'portNumber',
  ],
  ...[
    'portRange',
    'namedPort',
    'endpointSelector',
    'selector',
    'types',
    'constructor',
    '__proto__',
    'unreadFields',
  ],
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'medium' },
    fc.constantFrom<unknown>(
      null,
      true,
      0,
      1,
      80,
      65536,
      -1,
      1.5,
      '',
      'x',
      'In',
      'Ingress',
      'TCP',
      'Deny',
      'Admin',
    ),
    fc.constantFrom('10.0.0.0/8', '::/0', '010.0.0.0/8', '10.0.0.0', 'http', 'all()', "app == 'x'"),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(words, tie('value'), { maxKeys: 5 }),
  ),
}))

const pods = [
  namespace('a', { team: 'x' }),
  pod('a/one', { labels: { app: 'x' }, ips: ['10.0.0.1', 'fd00::1'] }),
  pod('a/two', { ips: ['10.0.0.2'] }),
]
const ends = ['a/one', 'a/two', 'ip:203.0.113.1', 'ip:2001:db8::1', 'ip:no address'] as const

describe('any JSON as a policy', () => {
  test.each(kinds)(
    '%s %s is read and judged without a crash, and every fault has a place',
    (apiVersion, kind) => {
      fc.assert(
        fc.property(value, (spec) => {
          const policy = {
            apiVersion,
            kind,
            metadata: { name: 'default', namespace: 'a' },
            spec,
            specs: [spec],
          }
          const { ask, world } = cluster([...pods, policy])
          for (const from of ['a/one', 'a/two'])
            for (const to of ends)
              for (const port of ['TCP/80', 'ICMP/0']) if (!to.includes(' ')) ask(`${from} -> ${to} ${port}`)
          const all = [...world.policies.in('a').policies, ...world.policies.cluster().all]
          for (const { problems } of all)
            for (const { field, message } of problems) {
              expect(field).toMatch(/^(spec|metadata)/)
              expect(message).not.toBe('')
            }
        }),
        { numRuns: 250 },
      )
    },
  )

  test('any text is a CIDR, none, or unclear; any text may be a selector of Calico', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f:./]{0,12}\/?\d{0,3}$/)), (text) => {
        expect(['block', 'invalid', 'ambiguous']).toContain(readBlock(text).is)
        expect(typeof maySelectInCalico(text, { app: 'x' })).toBe('boolean')
      }),
    )
  })

  test('an address that is none is unknown, not a crash', () => {
    expect(cluster(pods).ask('a/one -> ip:nonsense TCP/80')).toMatchObject({
      outcome: 'unknown',
      doubts: ['input-invalid'],
    })
  })
})

/** Every place in a value where an object is, as a path. */
function objectsIn(
  at: unknown,
  path: readonly (string | number)[] = [],
): readonly (readonly (string | number)[])[] {
  if (Array.isArray(at)) return at.flatMap((item, index) => objectsIn(item, [...path, index]))
  if (typeof at !== 'object' || at === null) return []
  const isMap = path.at(-1) === 'matchLabels'
  const inner = Object.entries(at).flatMap(([key, item]) => objectsIn(item, [...path, key]))
  return isMap ? inner : [path, ...inner]
}

function withField(at: unknown, [first, ...rest]: readonly (string | number)[]): unknown {
  if (first === undefined) return { ...(at as Raw), notAField: { value: 1 } }
  if (Array.isArray(at)) return at.map((item, index) => (index === first ? withField(item, rest) : item))
  return Object.fromEntries(
    Object.entries(at as Raw).map(([key, item]) => [key, key === first ? withField(item, rest) : item]),
  )
}

function sides(world: World, ends: World, { from, to, ...flow }: GeneratedFlow): readonly string[] {
  const asked = { ...flow, source: endpointOf(ends, from), destination: endpointOf(ends, to) }
  return decide(asked, world.policies).families.flatMap(({ egress, ingress }) => [
    egress.outcome,
    ingress.outcome,
  ])
}

test('a field that is not known, anywhere in a NetworkPolicy, never changes a verdict but to unknown', {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(worlds, fc.nat(), ({ objects, flows }, seed) => {
      const places = objects.flatMap((object, index) =>
        object['kind'] === 'NetworkPolicy'
          ? objectsIn(object['spec']).map((path) => ({ index, path: ['spec', ...path] }))
          : [],
      )
      const place = places[seed % Math.max(places.length, 1)]
      if (place === undefined) return
      const changed = objects.map((object, index) =>
        index === place.index ? withField(object, place.path) : object,
      )
      const [before, after] = [worldOf(objects), worldOf(changed)]
      for (const flow of flows) {
        const [then, now] = [sides(before, before, flow), sides(after, before, flow)]
        for (const [index, outcome] of now.entries()) expect(['unknown', then[index]]).toContain(outcome)
      }
      const named = after.policies.inventory
        .list('NetworkPolicy')
        .items.flatMap(({ metadata }) => after.policies.in(metadata.namespace ?? '').policies)
        .flatMap(({ problems }) => problems.map(({ field }) => field))
      expect(named.some((field) => field.endsWith('.notAField'))).toBe(true)
    }),
    { numRuns: 400 },
  )
})
