import { describe, expect, test } from 'vitest'
import { neutralProfile } from '../../../../src/network/policy/profile.ts'
import { cluster, clusterPolicy, everyPod, namespace, networkPolicy, pod } from './kit.ts'

const base = [
  namespace('shop'),
  pod('shop/web', { labels: { app: 'web' }, ips: ['10.0.0.1'] }),
  pod('shop/web2', { labels: { app: 'web' }, ips: ['10.0.0.2'] }),
]
const closed = networkPolicy('shop/p', { podSelector: {}, policyTypes: ['Ingress', 'Egress'] })
const ingress = (from: unknown) =>
  networkPolicy('shop/p', { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from }] })

describe('T36: pods that are over', () => {
  test.each(['Succeeded', 'Failed'])(
    '%s: neither subject nor peer; their address may be of another pod',
    (phase) => {
      const { ask } = cluster([...base, pod('shop/job', { ips: ['10.0.0.1'], status: { phase } })])
      const expected = { outcome: 'unknown', doubts: ['finished-pod'] }
      expect(ask('shop/job -> shop/web TCP/1')).toMatchObject(expected)
      expect(ask('shop/web -> shop/job TCP/1')).toMatchObject(expected)
    },
  )

  test('pods that are being deleted still are', () => {
    const going = pod('shop/old', {
      ips: ['10.0.0.9'],
      metadata: { deletionTimestamp: '2026-01-01T11:59:50Z' },
    })
    const { outcome } = cluster([...base, going, closed])
    expect(outcome('shop/web -> shop/old TCP/1')).toBe('fails')
    expect(outcome('shop/old -> shop/web TCP/1')).toBe('fails')
  })
})

describe('T37: pods without address', () => {
  const pending = pod('shop/new', { labels: { app: 'new' } })
  test('are selected by their labels', () => {
    const { outcome } = cluster([
      ...base,
      pending,
      ingress([{ podSelector: { matchLabels: { app: 'new' } } }]),
    ])
    expect(outcome('shop/new -> shop/web TCP/1')).toBe('passes')
    expect(outcome('shop/web -> shop/new TCP/1')).toBe('fails')
  })
  test('are in no block yet', () => {
    const { ask } = cluster([...base, pending, ingress([{ ipBlock: { cidr: '0.0.0.0/0' } }])])
    expect(ask('shop/new -> shop/web TCP/1')).toMatchObject({ outcome: 'fails', caveats: ['no-ip-yet'] })
  })
  test('that nobody made yet may get any address: unknown', () => {
    const standIn = pod('shop/new', { status: { phase: undefined } })
    const { ask } = cluster([...base, standIn, ingress([{ ipBlock: { cidr: '10.0.0.0/8' } }])])
    expect(ask('shop/new -> shop/web TCP/1')).toMatchObject({
      outcome: 'unknown',
      doubts: ['address-not-known'],
    })
  })
})

describe('T38: a pod that reaches itself', () => {
  const denyAll = clusterPolicy('deny', {
    tier: 'Admin',
    priority: 1,
    subject: everyPod,
    ingress: [{ action: 'Deny', from: [everyPod] }],
  })

  test('by its own address: no policy applies', () => {
    for (const policy of [closed, denyAll]) {
      const { ask } = cluster([...base, policy])
      expect(ask('shop/web -> shop/web TCP/1')).toMatchObject({ outcome: 'passes' })
      expect(ask('shop/web -> shop/web TCP/1').verdict.families[0]?.ingress.tier).toBe('exempt')
    }
  })
  test('through its Service: left to the plugin by NetworkPolicy, subject to a ClusterNetworkPolicy', () => {
    expect(cluster([...base, closed]).ask('shop/web -> service:shop/web TCP/1')).toMatchObject({
      outcome: 'unknown',
      doubts: ['self-through-service'],
    })
    expect(cluster([...base, denyAll]).outcome('shop/web -> service:shop/web TCP/1')).toBe('fails')
  })
  test('where a policy admits it, or the plugin is known, the answer is certain', () => {
    const self = 'shop/web -> service:shop/web TCP/1'
    expect(cluster([...base, ingress([{ podSelector: {} }])]).outcome(self)).toBe('passes')
    const judged = { ...neutralProfile, hairpinThroughService: 'policy' as const }
    const allowed = { ...neutralProfile, hairpinThroughService: 'allowed' as const }
    expect(cluster([...base, closed], judged).outcome(self)).toBe('fails')
    expect(cluster([...base, closed], allowed).outcome(self)).toBe('passes')
  })
  test('two replicas of one workload are two pods', () => {
    expect(cluster([...base, closed]).outcome('shop/web -> shop/web2 TCP/1')).toBe('fails')
  })
})
