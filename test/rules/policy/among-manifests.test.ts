import { describe, expect, test } from 'vitest'
import { diagnose } from '../../../src/diagnosis/diagnose.ts'
import { Network } from '../../../src/network/network.ts'
import { manifestCoverage } from '../../../src/snapshot/files/coverage.ts'
import { type KubeObject, parseObject } from '../../../src/snapshot/kinds/kinds.ts'

function object(value: unknown): KubeObject {
  const parsed = parseObject(value)
  if (parsed === undefined) throw new Error('not an object')
  return parsed
}

const policy = (spec: unknown): KubeObject =>
  object({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'web', namespace: 'shop' },
    spec,
  })

const storefront = object({
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { name: 'storefront', namespace: 'shop' },
  spec: {
    template: { metadata: { labels: { app: 'storefront' } }, spec: { containers: [{ name: 'main' }] } },
  },
})

/** What is said about policies in files that are not the whole cluster. */
function said(...objects: readonly KubeObject[]): readonly string[] {
  const network = Network.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects,
    coverage: manifestCoverage(false),
    observations: [],
  })
  return diagnose({ kind: 'scan', namespaces: ['shop'] }, network)
    .problems.map(({ cause }) => cause)
    .filter(({ rule }) => rule.startsWith('policy/'))
    .map(({ severity, proof, rule }) => `${severity} ${proof} ${rule}`)
}

const dnsOut = {
  podSelector: {},
  policyTypes: ['Egress'],
  egress: [
    {
      to: [
        {
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } },
          podSelector: { matchLabels: { 'k8s-app': 'kube-dns' } },
        },
      ],
      ports: [
        { protocol: 'UDP', port: 53 },
        { protocol: 'TCP', port: 53 },
      ],
    },
  ],
}

describe('among manifests', () => {
  test('nothing is said of namespaces and pods that are not in the files', () => {
    expect(said(storefront, policy(dnsOut))).toEqual([])
    expect(said(policy({ podSelector: { matchLabels: { app: 'reporting' } } }))).toEqual([])
    expect(
      said(
        storefront,
        policy({
          podSelector: {},
          ingress: [{ from: [{ podSelector: { matchLabels: { app: 'client' } } }] }],
        }),
      ),
    ).toEqual([])
    expect(
      said(
        storefront,
        policy({
          podSelector: {},
          ingress: [{ from: [{ namespaceSelector: { matchLabels: { name: 'metrics' } } }] }],
        }),
      ),
    ).toEqual([])
  })

  test('a label that is one slip away is likely wrong', () => {
    expect(said(storefront, policy({ podSelector: { matchLabels: { app: 'storefrnt' } } }))).toEqual([
      'warning likely policy/selects-no-pod',
    ])
  })

  test('what the API server refuses is an error whatever else there is', () => {
    expect(said(storefront, policy({ podSelector: {}, ingress: [{ ports: [{ port: 99_999 }] }] }))).toEqual([
      'error proven policy/invalid-policy',
    ])
  })
})
