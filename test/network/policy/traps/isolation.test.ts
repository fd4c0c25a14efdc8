import { describe, expect, test } from 'vitest'
import { cluster, namespace, networkPolicy, pod } from './kit.ts'

const base = [
  namespace('shop'),
  namespace('pay'),
  pod('shop/web', { labels: { app: 'web' }, ips: ['10.0.0.1'] }),
  pod('shop/db', { labels: { app: 'db' }, ips: ['10.0.0.2'] }),
  pod('pay/api', { labels: { app: 'api' }, ips: ['10.0.1.1'] }),
]
const into = 'pay/api -> shop/web TCP/80'
const outOf = 'shop/web -> pay/api TCP/80'
const policy = (spec: Readonly<Record<string, unknown>>) =>
  networkPolicy('shop/p', { podSelector: {}, ...spec })

describe('which directions a policy isolates', () => {
  test.each([
    [
      'T12: Ingress only',
      { policyTypes: ['Ingress'], egress: [{ ports: [{ port: 1 }] }] },
      'fails',
      'passes',
    ],
    ['T19: Egress only', { policyTypes: ['Egress'], ingress: [{ ports: [{ port: 1 }] }] }, 'passes', 'fails'],
    ['both', { policyTypes: ['Ingress', 'Egress'] }, 'fails', 'fails'],
    ['both, twice the same', { policyTypes: ['Egress', 'Egress'] }, 'passes', 'fails'],
    ['T13: types missing', {}, 'fails', 'passes'],
    ['T13: types null', { policyTypes: null }, 'fails', 'passes'],
    ['T13: types []', { policyTypes: [] }, 'fails', 'passes'],
    ['T13: egress [] without types', { egress: [] }, 'fails', 'passes'],
    ['T13: egress null without types', { egress: null }, 'fails', 'passes'],
    ['T13: an egress rule without types', { egress: [{ ports: [{ port: 1 }] }] }, 'fails', 'fails'],
    ['T13: an empty egress rule without types', { egress: [{}] }, 'fails', 'passes'],
    [
      'T13: types [] with an egress rule',
      { policyTypes: [], egress: [{ ports: [{ port: 1 }] }] },
      'fails',
      'fails',
    ],
    ['T14: ingress missing', { policyTypes: ['Ingress'] }, 'fails', 'passes'],
    ['T14: ingress null', { policyTypes: ['Ingress'], ingress: null }, 'fails', 'passes'],
    ['T14: ingress []', { policyTypes: ['Ingress'], ingress: [] }, 'fails', 'passes'],
    ['T14: ingress [{}]', { policyTypes: ['Ingress'], ingress: [{}] }, 'passes', 'passes'],
    ['T14: a rule that is null', { policyTypes: ['Ingress'], ingress: [null] }, 'passes', 'passes'],
    ['T14: egress []', { policyTypes: ['Egress'], egress: [] }, 'passes', 'fails'],
  ])('%s: %j', (_, spec, ingress, egress) => {
    const { outcome } = cluster([...base, policy(spec)])
    expect(outcome(into)).toBe(ingress)
    expect(outcome(outOf)).toBe(egress)
  })

  test.each([
    ['a type that there is not', { policyTypes: ['Both'] }],
    ['a null among them', { policyTypes: ['Ingress', null] }],
    ['three of them', { policyTypes: ['Ingress', 'Egress', 'Ingress'] }],
    ['a text instead of a list', { policyTypes: 'Egress' }],
  ])('%s is unknown in both directions', (_, spec) => {
    const { ask } = cluster([...base, policy(spec)])
    for (const flow of [into, outOf]) expect(ask(flow).outcome).toBe('unknown')
  })
})

describe('T15: union of all policies', () => {
  const open = networkPolicy('shop/a-open', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] })
  const closed = networkPolicy('shop/b-closed', { podSelector: {}, policyTypes: ['Ingress'] })
  test('what one grants, no other takes away, in any order and under any name', () => {
    const renamed = networkPolicy('shop/z-open', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{}] })
    for (const policies of [
      [open, closed],
      [closed, open],
      [closed, renamed],
    ])
      expect(cluster([...base, ...policies]).outcome(into)).toBe('passes')
  })

  test('all policies that select the pod are named, whichever of them admits', () => {
    const [family] = cluster([...base, open, closed]).ask(into).verdict.families
    expect(family?.ingress.isolatedBy.map(({ reference }) => reference.name)).toEqual(['a-open', 'b-closed'])
    expect(family?.ingress.decidedBy.map(({ path }) => path)).toEqual(['spec.ingress[0]'])
  })
})

describe('T16: both sides', () => {
  const noEgress = networkPolicy('shop/p', { podSelector: {}, policyTypes: ['Egress'] })
  const noIngress = networkPolicy('pay/p', { podSelector: {}, policyTypes: ['Ingress'] })
  test('must allow, and both are reported', () => {
    expect(cluster([...base, noEgress]).outcome(outOf)).toBe('fails')
    expect(cluster([...base, noIngress]).outcome(outOf)).toBe('fails')
    const [family] = cluster([...base, noEgress, noIngress]).ask(outOf).verdict.families
    expect(family).toMatchObject({ egress: { outcome: 'fails' }, ingress: { outcome: 'fails' } })
  })

  test('T17: the way back is never judged', () => {
    expect(cluster([...base, noEgress]).outcome(into)).toBe('passes')
  })
})
