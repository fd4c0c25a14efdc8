import { describe, expect, test } from 'vitest'
import { maySelectInCalico } from '../../../src/network/policy/calico-selector.ts'
import { parseObject } from '../../../src/snapshot/kinds/kinds.ts'
import { cluster, coverageWithout, namespace, networkPolicy, pod } from './traps/kit.ts'

const base = [
  namespace('shop', { team: 'shop' }),
  namespace('pay', { team: 'pay' }),
  pod('shop/web', { labels: { app: 'web' }, ips: ['10.0.0.1'] }),
  pod('pay/api', { labels: { app: 'api' }, ips: ['10.0.1.1'] }),
  pod('pay/host', { labels: { app: 'host' }, ips: ['192.168.0.1'], spec: { hostNetwork: true } }),
]
type Fields = Readonly<Record<string, unknown>>
const into = 'shop/web -> pay/api TCP/80'
const outOf = 'pay/api -> shop/web TCP/80'
const object = (apiVersion: string, kind: string, key: string, more: Fields) => {
  const [name, of] = key.split('/').reverse()
  return { apiVersion, kind, metadata: { name, namespace: of }, ...more }
}
const cilium = (key: string, spec: unknown) =>
  object('cilium.io/v2', key.includes('/') ? 'CiliumNetworkPolicy' : 'CiliumClusterwideNetworkPolicy', key, {
    spec,
  })
const calico = (key: string, spec: unknown, apiVersion = 'projectcalico.org/v3') =>
  object(apiVersion, key.includes('/') ? 'NetworkPolicy' : 'GlobalNetworkPolicy', key, { spec })

describe('Cilium', () => {
  const rules = { ingress: [{ fromEntities: ['cluster'] }] }
  test.each([
    ['everything', { endpointSelector: {}, ...rules }, 'unknown'],
    ['its labels', { endpointSelector: { matchLabels: { app: 'api' } }, ...rules }, 'unknown'],
    ['other labels', { endpointSelector: { matchLabels: { app: 'web' } }, ...rules }, 'passes'],
    [
      'labels with their source',
      { endpointSelector: { matchLabels: { 'k8s:app': 'api' } }, ...rules },
      'unknown',
    ],
    [
      'labels with their source',
      { endpointSelector: { matchLabels: { 'any:app': 'web' } }, ...rules },
      'passes',
    ],
    [
      'expressions',
      {
        endpointSelector: { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['api'] }] },
        ...rules,
      },
      'passes',
    ],
    [
      'labels that only Cilium knows',
      { endpointSelector: { matchLabels: { 'io.cilium.k8s.policy.cluster': 'x' } }, ...rules },
      'unknown',
    ],
    ['rules that deny', { endpointSelector: {}, ingressDeny: [{}] }, 'unknown'],
    ['the other direction only', { endpointSelector: {}, egress: [{}] }, 'passes'],
    ['a direction with an empty list', { endpointSelector: {}, ingress: [], egress: [{}] }, 'passes'],
    ['no selector', rules, 'unknown'],
  ])('a CiliumNetworkPolicy with %s: %j: %s', (_, spec, outcome) => {
    expect(cluster([...base, cilium('pay/c', spec)]).outcome(into)).toBe(outcome)
  })

  test('is named, with its doubt, on its side only', () => {
    const { verdict } = cluster([...base, cilium('pay/c', { endpointSelector: {}, ...rules })]).ask(into)
    expect(verdict.doubts).toMatchObject([
      { id: 'cni-policy', policy: { kind: 'CiliumNetworkPolicy', namespace: 'pay', name: 'c' } },
    ])
    expect(verdict.families[0]?.egress.outcome).toBe('passes')
  })

  test('makes a denial unknown too: it may admit', () => {
    const closed = networkPolicy('pay/p', { podSelector: {}, policyTypes: ['Ingress'] })
    expect(cluster([...base, closed]).outcome(into)).toBe('fails')
    expect(
      cluster([...base, closed, cilium('pay/c', { endpointSelector: {}, ...rules })]).outcome(into),
    ).toBe('unknown')
  })

  test('selects pods of its namespace, and all of specs counts', () => {
    const elsewhere = cilium('shop/c', { endpointSelector: {}, ...rules })
    expect(cluster([...base, elsewhere]).outcome(into)).toBe('passes')
    const many = object('cilium.io/v2', 'CiliumNetworkPolicy', 'pay/c', {
      specs: [
        { endpointSelector: { matchLabels: { app: 'x' } }, ...rules },
        { endpointSelector: {}, ...rules },
      ],
    })
    expect(cluster([...base, many]).outcome(into)).toBe('unknown')
  })

  test.each([
    ['all namespaces', { endpointSelector: {}, ...rules }, 'unknown'],
    [
      'a namespace by its name',
      { endpointSelector: { matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'pay' } }, ...rules },
      'unknown',
    ],
    [
      'another namespace',
      { endpointSelector: { matchLabels: { 'k8s:io.kubernetes.pod.namespace': 'shop' } }, ...rules },
      'passes',
    ],
    ['nodes', { nodeSelector: {}, ...rules }, 'passes'],
  ])('a CiliumClusterwideNetworkPolicy for %s: %s', (_, spec, outcome) => {
    expect(cluster([...base, cilium('c', spec)]).outcome(into)).toBe(outcome)
  })

  test('one for nodes is about host-network pods', () => {
    const { outcome } = cluster([...base, cilium('c', { nodeSelector: {}, ...rules })])
    expect(outcome('shop/web -> pay/host TCP/80')).toBe('unknown')
  })
})

describe.each(['projectcalico.org/v3', 'crd.projectcalico.org/v1'])('Calico, %s', (apiVersion) => {
  test.each([
    ['no selector', {}, 'unknown', 'passes'],
    ['all()', { selector: 'all()' }, 'unknown', 'passes'],
    ['other labels', { selector: "app == 'web'" }, 'passes', 'passes'],
    ['egress rules only', { egress: [{ action: 'Deny' }] }, 'passes', 'unknown'],
    [
      'both kinds of rules',
      { ingress: [{ action: 'Deny' }], egress: [{ action: 'Deny' }] },
      'unknown',
      'unknown',
    ],
    ['types', { types: ['Egress'], ingress: [{ action: 'Deny' }] }, 'passes', 'unknown'],
  ])('a NetworkPolicy with %s', (_, spec, ingress, egress) => {
    const { outcome } = cluster([...base, calico('pay/c', spec, apiVersion)])
    expect(outcome(into)).toBe(ingress)
    expect(outcome(outOf)).toBe(egress)
  })

  test('is no NetworkPolicy of Kubernetes', () => {
    const { world } = cluster([...base, calico('pay/c', {}, apiVersion)])
    expect(world.policies.in('pay').policies).toEqual([])
  })

  test.each([
    ['everything', {}, 'unknown'],
    ['a namespace', { namespaceSelector: "team == 'pay'" }, 'unknown'],
    ['another namespace', { namespaceSelector: "team == 'shop'" }, 'passes'],
    ['labels in a namespace', { namespaceSelector: "team == 'pay'", selector: "app == 'web'" }, 'passes'],
  ])('a GlobalNetworkPolicy for %s', (_, spec, outcome) => {
    expect(cluster([...base, calico('c', spec, apiVersion)]).outcome(into)).toBe(outcome)
  })
})

describe('selectors of Calico', () => {
  const labels = { app: 'api', tier: 'back end', odd: "a'b" }
  test.each([
    ['', true],
    ['all()', true],
    ["app == 'api'", true],
    ['app == "api"', true],
    ["app=='web'", false],
    ["tier == 'back end'", true],
    ['odd == "a\'b"', true],
    ['has(app)', true],
    ['has(nothing)', false],
    ['!has(app)', false],
    ['! has(nothing)', true],
    ["has(app) && app == 'api'", true],
    ["has(app) && app == 'web'", false],
    ["app == 'x && y'", false],
    // What is not read may select.
    ["app == 'web' || app == 'x'", true],
    ["app != 'api'", true],
    ["app in {'web'}", true],
    ["!(has(app) && app == 'web' && has(app))", true],
    ["(app == 'web')", true],
    ["app starts with 'w'", true],
    ["projectcalico.org/namespace == 'x'", true],
    ["pcns.team == 'x'", true],
    ['has(pcsa.x)', true],
    ["app == 'web", true],
    ['&&', true],
    ["app == 'web' & has(app)", true],
    // A part that is read decides for the whole, whatever the others say.
    ["app == 'web' && app in {'web'}", false],
  ])('%j may select: %s', (selector, may) => {
    expect(maySelectInCalico(selector, labels)).toBe(may)
  })
})

describe('what was not read of them', () => {
  test.each([
    'CiliumNetworkPolicy',
    'CiliumClusterwideNetworkPolicy',
    'CalicoNetworkPolicy',
    'CalicoGlobalNetworkPolicy',
    'CalicoStoredNetworkPolicy',
    'CalicoStoredGlobalNetworkPolicy',
  ] as const)('%s: the verdict assumes that there are none, once', (kind) => {
    const { outcome, verdict } = cluster(base, undefined, coverageWithout(kind)).ask(into)
    expect(outcome).toBe('passes')
    expect(verdict.assumes.map((gap) => gap.kind)).toEqual(
      kind.includes('Global') || kind.includes('Clusterwide') ? [kind] : [kind, kind],
    )
  })
  test('a kind that the server does not serve is empty', () => {
    const coverage = {
      ...coverageWithout('CiliumNetworkPolicy'),
      notServed: ['CiliumNetworkPolicy' as const],
    }
    expect(cluster(base, undefined, coverage).ask(into).verdict.assumes).toEqual([])
  })
})

test('they are parsed under both names, and the same after saving', () => {
  const objects = [
    calico('pay/c', { selector: 'all()', types: ['Ingress'], ingress: [{ action: 'Deny' }], order: 5 }),
    calico('c', { namespaceSelector: 'all()' }, 'crd.projectcalico.org/v1'),
    cilium('pay/c', {
      endpointSelector: { matchLabels: { app: 'x' } },
      egress: [{ toCIDR: ['1.2.3.4/32'] }, {}],
    }),
  ]
  for (const value of objects) {
    const parsed = parseObject(value)
    expect(parsed).toBeDefined()
    expect(parseObject(JSON.parse(JSON.stringify(parsed)))).toEqual(parsed)
  }
  expect(objects.map((value) => parseObject(value)?.kind)).toEqual([
    'CalicoNetworkPolicy',
    'CalicoStoredGlobalNetworkPolicy',
    'CiliumNetworkPolicy',
  ])
})
