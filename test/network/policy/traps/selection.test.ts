import { describe, expect, test } from 'vitest'
import { cluster, coverageWithout, namespace, networkPolicy, pod, problemsOf } from './kit.ts'

const base = [
  namespace('shop', { team: 'shop' }),
  namespace('pay', { team: 'pay', empty: '' }),
  pod('shop/web', { labels: { app: 'web' }, ips: ['10.0.0.1'] }),
  pod('shop/db', { labels: { app: 'db', canary: '' }, ips: ['10.0.0.2'] }),
  pod('pay/web', { labels: { app: 'web' }, ips: ['10.0.1.1'] }),
  pod('pay/api', { labels: { app: 'api' }, ips: ['10.0.1.2'] }),
]
const deny = (key: string, podSelector: unknown) =>
  networkPolicy(key, { podSelector, policyTypes: ['Ingress'] })
const allowFrom = (from: unknown) =>
  networkPolicy('shop/allow', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from }] })

describe('T1: an empty, null or missing podSelector selects every pod of the namespace', () => {
  test.each([
    [{}],
    [null],
    [undefined],
    [{ matchLabels: null }],
    [{ matchLabels: {}, matchExpressions: [] }],
    [{ matchExpressions: null }],
  ])('%j', (podSelector) => {
    const { outcome } = cluster([...base, deny('shop/deny', podSelector)])
    expect(outcome('pay/web -> shop/web TCP/80')).toBe('fails')
    expect(outcome('pay/web -> shop/db TCP/80')).toBe('fails')
    expect(outcome('shop/web -> pay/web TCP/80')).toBe('passes')
  })
})

test('T2: pods of other namespaces are not selected, whatever their labels', () => {
  const { outcome } = cluster([...base, deny('shop/deny', { matchLabels: { app: 'web' } })])
  expect(outcome('pay/api -> shop/web TCP/80')).toBe('fails')
  expect(outcome('pay/api -> pay/web TCP/80')).toBe('passes')
})

describe('peers', () => {
  test.each([
    [
      'T3: podSelector: the own namespace',
      [{ podSelector: { matchLabels: { app: 'web' } } }],
      'shop/web',
      'passes',
    ],
    ['T3', [{ podSelector: { matchLabels: { app: 'web' } } }], 'pay/web', 'fails'],
    ['T4: namespaceSelector', [{ namespaceSelector: { matchLabels: { team: 'pay' } } }], 'pay/api', 'passes'],
    ['T4', [{ namespaceSelector: { matchLabels: { team: 'pay' } } }], 'shop/web', 'fails'],
    ['T4: {} is every namespace', [{ namespaceSelector: {} }], 'pay/api', 'passes'],
    ['T4: the own too', [{ namespaceSelector: {} }], 'shop/web', 'passes'],
    [
      'T5: one item: both',
      [{ namespaceSelector: { matchLabels: { team: 'pay' } }, podSelector: { matchLabels: { app: 'web' } } }],
      'pay/api',
      'fails',
    ],
    [
      'T5: two items: either',
      [
        { namespaceSelector: { matchLabels: { team: 'pay' } } },
        { podSelector: { matchLabels: { app: 'web' } } },
      ],
      'pay/api',
      'passes',
    ],
    ['T6: podSelector {}', [{ podSelector: {} }], 'pay/web', 'fails'],
    ['T6: no address outside', [{ podSelector: {} }], 'ip:203.0.113.1', 'fails'],
    ['T6: nor for every namespace', [{ namespaceSelector: {} }], 'ip:203.0.113.1', 'fails'],
    ['T7: missing', undefined, 'ip:203.0.113.1', 'passes'],
    ['T7: null', null, 'ip:203.0.113.1', 'passes'],
    ['T7: []', [], 'pay/api', 'passes'],
    [
      'null is absent',
      [{ podSelector: null, namespaceSelector: { matchLabels: { team: 'pay' } } }],
      'pay/api',
      'passes',
    ],
  ] as const)('%s: %j admits %s: %s', (_, from, source, outcome) => {
    expect(cluster([...base, allowFrom(from)]).outcome(`${source} -> shop/db TCP/80`)).toBe(outcome)
  })
})

test('T8: ipBlock with a selector is invalid: it matches nothing, and the verdict says so', () => {
  const { ask, world } = cluster([...base, allowFrom([{ podSelector: {}, ipBlock: { cidr: '10.0.0.0/8' } }])])
  expect(ask('shop/web -> shop/db TCP/80')).toMatchObject({ outcome: 'fails', caveats: ['input-invalid'] })
  expect(problemsOf(world.policies.in('shop').policies)).toEqual([
    'invalid peer-with-two-kinds spec.ingress[0].from[0]',
  ])
})

describe('T9: selectors on pods', () => {
  const only = (key: string, operator: string, values?: readonly string[]) => ({
    matchExpressions: [{ key, operator, values }],
  })
  test.each([
    ['an empty value is a value', { matchLabels: { canary: '' } }, 'shop/db', true],
    ['and an absent key is none', { matchLabels: { canary: '' } }, 'shop/web', false],
    ['null in a file is empty', { matchLabels: { canary: null } }, 'shop/db', true],
    ['null in a file is empty', { matchLabels: { canary: null } }, 'shop/web', false],
    ['Exists', only('canary', 'Exists'), 'shop/db', true],
    ['Exists', only('canary', 'Exists'), 'shop/web', false],
    ['DoesNotExist', only('canary', 'DoesNotExist'), 'shop/db', false],
    ['DoesNotExist', only('canary', 'DoesNotExist'), 'shop/web', true],
    ['In', only('app', 'In', ['db', 'x']), 'shop/db', true],
    ['In with an empty value', only('canary', 'In', ['']), 'shop/db', true],
    ['In with an empty value', only('canary', 'In', ['']), 'shop/web', false],
    ['NotIn', only('app', 'NotIn', ['db']), 'shop/db', false],
    ['NotIn', only('app', 'NotIn', ['db']), 'shop/web', true],
    ['NotIn holds for an absent key', only('canary', 'NotIn', ['x']), 'shop/web', true],
    ['both parts hold', { matchLabels: { app: 'db' }, ...only('canary', 'DoesNotExist') }, 'shop/db', false],
    ['names of the language are labels like any other', only('constructor', 'Exists'), 'shop/db', false],
    ['names of the language are labels like any other', only('toString', 'DoesNotExist'), 'shop/db', true],
  ] as const)('%s: %j selects %s: %s', (_, podSelector, target, isSelected) => {
    const { outcome } = cluster([...base, deny('shop/deny', podSelector)])
    expect(outcome(`pay/api -> ${target} TCP/80`)).toBe(isSelected ? 'fails' : 'passes')
  })

  test.each([
    ['In without values', only('app', 'In')],
    ['In with []', only('app', 'In', [])],
    ['NotIn without values', only('app', 'NotIn')],
    ['Exists with values', only('app', 'Exists', ['x'])],
    ['DoesNotExist with values', only('app', 'DoesNotExist', ['x'])],
    ['an unknown operator', only('app', 'Gt', ['1'])],
    ['a key that no label can have', only('a b', 'DoesNotExist')],
    ['an empty key', only('', 'DoesNotExist')],
    ['a value that no label can have', only('app', 'NotIn', ['a b'])],
  ])('%s is invalid: as subject unknown, as peer nobody', (_, podSelector) => {
    const subject = cluster([...base, deny('shop/deny', podSelector)])
    expect(subject.ask('pay/api -> shop/web TCP/80')).toMatchObject({
      outcome: 'unknown',
      doubts: ['input-invalid'],
    })
    const peer = cluster([...base, allowFrom([{ podSelector }])])
    expect(peer.ask('shop/web -> shop/db TCP/80')).toMatchObject({
      outcome: 'fails',
      caveats: ['input-invalid'],
    })
    expect(problemsOf(peer.world.policies.in('shop').policies)[0]).toMatch(
      /^invalid selector-invalid spec\.ingress\[0\]\.from\[0\]\.podSelector\.match/,
    )
  })

  test.each([
    ['a number as value', { matchLabels: { app: 1 } }],
    ['a list as matchLabels', { matchLabels: ['app'] }],
    ['a field that there is not', { matchLabel: { app: 'web' } }],
  ])('%s is not understood: unknown, as subject and as peer', (_, podSelector) => {
    const expected = { outcome: 'unknown', doubts: ['unknown-field'] }
    const subject = cluster([...base, deny('shop/deny', podSelector)])
    expect(subject.ask('pay/api -> shop/web TCP/80')).toMatchObject(expected)
    const peer = cluster([...base, allowFrom([{ podSelector }])])
    expect(peer.ask('shop/web -> shop/db TCP/80')).toMatchObject(expected)
  })

  test('namespaces have no labels of the language either', () => {
    const from = [{ namespaceSelector: only('constructor', 'Exists') }]
    expect(cluster([...base, allowFrom(from)]).outcome('pay/api -> shop/db TCP/80')).toBe('fails')
  })
})

describe('T10: labels of namespaces', () => {
  const byName = [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'pay' } } }]
  test('the name label is there without being written, and cannot be forged', () => {
    expect(cluster([...base, allowFrom(byName)]).outcome('pay/api -> shop/db TCP/80')).toBe('passes')
    const forged = namespace('evil', { 'kubernetes.io/metadata.name': 'pay' })
    const world = cluster([...base, forged, pod('evil/x', { ips: ['10.0.2.1'] }), allowFrom(byName)])
    expect(world.outcome('evil/x -> shop/db TCP/80')).toBe('fails')
  })

  const mentioned = [pod('other/x', { labels: { app: 'x' }, ips: ['10.0.3.1'] }), ...base]
  test.each([
    ['its name decides', { matchLabels: { 'kubernetes.io/metadata.name': 'other' } }, 'passes'],
    ['its name decides', { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } }, 'fails'],
    ['every namespace', {}, 'passes'],
    ['a label that is not known', { matchLabels: { team: 'x' } }, 'unknown'],
    [
      'a label that is not known',
      { matchExpressions: [{ key: 'team', operator: 'DoesNotExist' }] },
      'unknown',
    ],
    ['the name and a label', { matchLabels: { 'kubernetes.io/metadata.name': 'shop', team: 'x' } }, 'fails'],
  ])('of a namespace that is only mentioned, %s: %j', (_, namespaceSelector, outcome) => {
    const { ask } = cluster([...mentioned, allowFrom([{ namespaceSelector }])])
    const answer = ask('other/x -> shop/db TCP/80')
    expect(answer.outcome).toBe(outcome)
    expect(answer.doubts).toEqual(outcome === 'unknown' ? ['namespace-labels-not-known'] : [])
  })

  test('the pod decides before its namespace has to be known', () => {
    const peer = {
      namespaceSelector: { matchLabels: { team: 'x' } },
      podSelector: { matchLabels: { app: 'y' } },
    }
    expect(cluster([...mentioned, allowFrom([peer])]).outcome('other/x -> shop/db TCP/80')).toBe('fails')
  })

  test('namespaces that were not read are named as a gap', () => {
    const { ask } = cluster(
      [...mentioned, allowFrom([{ namespaceSelector: { matchLabels: { team: 'x' } } }])],
      undefined,
      coverageWithout('Namespace'),
    )
    expect(ask('other/x -> shop/db TCP/80').verdict.doubts).toMatchObject([
      { id: 'namespace-not-read', gaps: [{ kind: 'Namespace', why: 'not-asked' }] },
    ])
  })
})
