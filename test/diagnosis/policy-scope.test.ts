import { describe, expect, test } from 'vitest'
import type { Question } from '../../src/diagnosis/question.ts'
import { scopeOf } from '../../src/diagnosis/scope.ts'
import { Network } from '../../src/network/network.ts'
import { manifestCoverage } from '../../src/snapshot/files/coverage.ts'
import { type KubeObject, parseObject } from '../../src/snapshot/kinds/kinds.ts'
import type { Gap } from '../../src/snapshot/snapshot.ts'

function object(value: unknown): KubeObject {
  const parsed = parseObject(value)
  if (parsed === undefined) throw new Error('not an object')
  return parsed
}

const policy = (namespace: string, name: string, app?: string): KubeObject =>
  object({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace },
    spec: { podSelector: app === undefined ? {} : { matchLabels: { app } } },
  })

const admin = (name: string, namespace: string): KubeObject =>
  object({
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    metadata: { name },
    spec: {
      tier: 'Admin',
      priority: 1,
      subject: { namespaces: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
    },
  })

const deployment = (namespace: string, name: string, dials?: string): KubeObject =>
  object({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace },
    spec: {
      template: {
        metadata: { labels: { app: name } },
        spec: {
          containers: [
            { name: 'main', env: dials === undefined ? [] : [{ name: 'PEER_URL', value: dials }] },
          ],
        },
      },
    },
  })

const objects = [
  deployment('shop', 'web'),
  deployment('shop', 'other'),
  deployment('clients', 'caller', 'http://web.shop:80'),
  object({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { clusterIP: '10.96.0.20', selector: { app: 'web' }, ports: [{ port: 80 }] },
  }),
  policy('shop', 'all'),
  policy('shop', 'for-other', 'other'),
  policy('shop', 'for-web', 'web'),
  policy('clients', 'for-caller', 'caller'),
  policy('elsewhere', 'lonely', 'nobody'),
  admin('about-clients', 'clients'),
  admin('about-elsewhere', 'elsewhere'),
]

function scope(question: Question, gaps: readonly Gap[] = []): ReturnType<typeof scopeOf> {
  const coverage = manifestCoverage(true)
  const kinds = Object.fromEntries(
    Object.entries(coverage.kinds).filter(([kind]) => !gaps.some((gap) => gap.kind === kind)),
  )
  return scopeOf(
    question,
    Network.of({
      takenAt: '2026-01-01T12:00:00Z',
      server: { source: 'test' },
      objects: objects.filter(({ kind }) => !gaps.some((gap) => gap.kind === kind)),
      coverage: { ...coverage, kinds, gaps },
      observations: [],
    }),
  )
}

const names = (question: Question): readonly string[] =>
  scope(question)
    .policies.map(({ reference }) => reference.name)
    .sort()

describe('the policies that a question is about', () => {
  test('a scan of a namespace: its policies, and those of the cluster that select its pods', () => {
    expect(names({ kind: 'scan', namespaces: ['shop'] })).toEqual(['all', 'for-other', 'for-web'])
    expect(names({ kind: 'scan', namespaces: ['clients'] })).toEqual(['about-clients', 'for-caller'])
  })

  test('a scan of everything: all, also where a namespace holds nothing else', () => {
    expect(names({ kind: 'scan', namespaces: 'all' })).toEqual([
      'about-clients',
      'about-elsewhere',
      'all',
      'for-caller',
      'for-other',
      'for-web',
      'lonely',
    ])
  })

  test('one Service: what selects its pods or its callers', () => {
    expect(names({ kind: 'service', namespace: 'shop', name: 'web' })).toEqual([
      'about-clients',
      'all',
      'for-caller',
      'for-web',
    ])
  })

  test('one client: what selects it or the pods that it dials', () => {
    expect(names({ kind: 'from', namespace: 'clients', workload: 'Deployment/clients/caller' })).toEqual([
      'about-clients',
      'all',
      'for-caller',
      'for-web',
    ])
  })

  test('policies that may not be read are a gap of a scan', () => {
    const gap: Gap = { kind: 'NetworkPolicy', namespace: 'shop', why: 'forbidden' }
    const { policies, gaps } = scope({ kind: 'scan', namespaces: ['shop'] }, [gap])
    expect(policies).toEqual([])
    expect(gaps).toContainEqual(gap)
  })
})
