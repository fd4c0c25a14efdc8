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

const namespace = (name: string) => object({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })

/** A workload with a Service, that dials another one. */
function app(at: string, name: string, dials: string): readonly KubeObject[] {
  const labels = { app: name }
  const container = {
    name: 'main',
    image: 'shop/app:1',
    ports: [{ containerPort: 8080 }],
    readinessProbe: { tcpSocket: { port: 8080 } },
    env: [{ name: 'NEXT_URL', value: `http://${dials}:80` }],
  }
  return [
    object({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace: at },
      spec: {
        replicas: 2,
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container] } },
      },
    }),
    object({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace: at },
      spec: { selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    }),
  ]
}

/** Each dials the next. */
const ring = (at: string, count: number): readonly KubeObject[] =>
  Array.from({ length: count }, (_, i) => app(at, `app-${i}`, `app-${(i + 1) % count}`)).flat()

const networkPolicy = (name: string, spec: object) =>
  object({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name, namespace: 'shop' },
    spec,
  })

const defaultDeny = networkPolicy('default-deny', { podSelector: {}, policyTypes: ['Ingress'] })

function problemsOf(objects: readonly KubeObject[], namespaces: readonly string[]) {
  const network = Network.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects,
    coverage: manifestCoverage(true),
    observations: [],
  })
  return diagnose({ kind: 'scan', namespaces }, network)
    .problems.filter(({ cause }) => cause.severity !== 'note')
    .map(({ cause, breaks, fix, fixCheck }) => ({
      rule: cause.rule,
      key: cause.key,
      breaks: breaks.length,
      edits: fix?.edits.length ?? 0,
      outcome: fixCheck?.outcome,
    }))
}

describe('one policy that admits nobody is one problem', () => {
  test('with a fix as long as somebody would read it', () => {
    expect(problemsOf([namespace('shop'), ...ring('shop', 3), defaultDeny], ['shop'])).toEqual([
      expect.objectContaining({ rule: 'policy/ingress-denied', breaks: 3, edits: 3, outcome: 'works' }),
    ])
  })

  test('and without one beyond that; its key does not change with the number', () => {
    const [three] = problemsOf([namespace('shop'), ...ring('shop', 3), defaultDeny], ['shop'])
    expect(problemsOf([namespace('shop'), ...ring('shop', 12), defaultDeny], ['shop'])).toEqual([
      { rule: 'policy/ingress-denied', key: three?.key, breaks: 12, edits: 0, outcome: undefined },
    ])
  })

  test('a rule that comes near is a fault of its own, beside the rest', () => {
    const near = networkPolicy('near', {
      podSelector: { matchLabels: { app: 'app-0' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'app-9' } } }], ports: [{ port: 8080 }] }],
    })
    const found = problemsOf([namespace('shop'), ...ring('shop', 3), defaultDeny, near], ['shop'])
    expect(found.filter(({ rule }) => rule === 'policy/ingress-denied').map(({ breaks }) => breaks)).toEqual([
      2, 1,
    ])
  })
})

test('a cluster-wide policy that shuts two namespaces in and out explains each way', () => {
  const fence = object({
    apiVersion: 'policy.networking.k8s.io/v1alpha2',
    kind: 'ClusterNetworkPolicy',
    metadata: { name: 'fence' },
    spec: {
      tier: 'Admin',
      priority: 1,
      subject: { pods: { namespaceSelector: {}, podSelector: { matchLabels: { app: 'app-0' } } } },
      ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }],
      egress: [
        {
          action: 'Accept',
          to: [{ namespaces: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
        },
        { action: 'Deny', to: [{ namespaces: {} }] },
      ],
    },
  })
  const objects = [namespace('a'), namespace('b'), ...ring('a', 3), ...ring('b', 3), fence]
  expect(problemsOf(objects, ['a', 'b']).map(({ rule, breaks }) => [rule, breaks])).toEqual([
    ['policy/admin-tier-denies', 1],
    ['policy/admin-tier-denies', 1],
    ['policy/admin-tier-denies', 1],
    ['policy/admin-tier-denies', 1],
  ])
})
