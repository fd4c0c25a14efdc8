import { describe, expect, test } from 'vitest'
import { decide } from '../../../src/network/policy/decide.ts'
import { explainFlow } from '../../../src/network/policy/explain.ts'
import type { Direction } from '../../../src/network/policy/model.ts'
import { nearest, nearMisses } from '../../../src/network/policy/nearest.ts'
import { ends, vectorsOf } from './oracle-vectors.ts'
import { endpointOf, type World, worldOf } from './worlds.ts'

const namespace = (name: string, labels: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Namespace',
  metadata: { name, labels },
})

const pod = (name: string, labels: Record<string, string>, ip: string, at = 'shop') => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: at, labels },
  spec: { containers: [{ name: 'main', ports: [{ name: 'http', containerPort: 8080 }] }] },
  status: { phase: 'Running', podIPs: [{ ip }] },
})

const policy = (name: string, spec: object, at = 'shop') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: at },
  spec,
})

const shop = [
  namespace('shop', { team: 'shop' }),
  namespace('other'),
  pod('web', { app: 'web' }, '10.0.0.1'),
  pod('api', { app: 'api' }, '10.0.0.2'),
  pod('far', { app: 'web' }, '10.0.1.1', 'other'),
]
const denyAll = policy('default-deny', { podSelector: {}, policyTypes: ['Ingress'] })
const allowFront = policy('allow-front', {
  podSelector: { matchLabels: { app: 'api' } },
  ingress: [
    {
      from: [{ podSelector: { matchLabels: { app: 'front' } } }],
      ports: [{ protocol: 'TCP', port: 'http' }],
    },
  ],
})

function explained(world: World, from: string, to: string, port: number, direction: Direction) {
  const flow = {
    source: endpointOf(world, from),
    destination: endpointOf(world, to),
    protocol: 'TCP',
    port,
  } as const
  const { families } = explainFlow(decide(flow, world.policies), world.policies)
  const [family] = families
  if (family === undefined) throw new Error('no family')
  return family[direction]
}

describe('explain', () => {
  test('an implicit deny names all that isolate and each condition of the rules that were tried', () => {
    const world = worldOf([...shop, denyAll, allowFront])
    const ingress = explained(world, 'shop/web', 'shop/api', 8080, 'ingress')
    expect(ingress).toMatchObject({ outcome: 'fails', tier: 'network-policy', decidedBy: [] })
    expect(ingress.isolatedBy.map(({ policy: { name }, rules }) => [name, rules])).toEqual([
      ['allow-front', 1],
      ['default-deny', 0],
    ])
    expect(ingress.considered.map(({ policy: { name }, rule, matches }) => [name, rule, matches])).toEqual([
      ['allow-front', 'ingress[0]', 'no'],
    ])
    expect(ingress.considered[0]?.clauses).toEqual([
      {
        is: 'subject',
        field: 'spec.podSelector.matchLabels.app',
        wanted: 'app=api',
        actual: 'app=api',
        ok: true,
      },
      {
        is: 'namespace',
        field: 'spec.ingress[0].from[0].podSelector',
        wanted: 'namespace shop',
        actual: 'namespace shop',
        ok: true,
      },
      {
        is: 'podSelector',
        field: 'spec.ingress[0].from[0].podSelector.matchLabels.app',
        wanted: 'app=front',
        actual: 'app=web',
        ok: false,
      },
      {
        is: 'port',
        field: 'spec.ingress[0].ports[0].port',
        wanted: 'a port named http/TCP',
        actual: '8080/TCP; http of the pod is 8080/TCP',
        ok: true,
      },
    ])
  })

  test('an allowed flow names the rule and the item of its peers', () => {
    const world = worldOf([
      ...shop,
      denyAll,
      policy('allow-web', {
        podSelector: {},
        ingress: [
          { from: [{ ipBlock: { cidr: '192.0.2.0/24' } }, { podSelector: { matchLabels: { app: 'web' } } }] },
        ],
      }),
    ])
    const ingress = explained(world, 'shop/web', 'shop/api', 8080, 'ingress')
    expect(ingress.decidedBy).toMatchObject([
      {
        policy: { kind: 'NetworkPolicy', namespace: 'shop', name: 'allow-web' },
        tier: 'network-policy',
        path: 'spec.ingress[0]',
        rule: 'ingress[0]',
        peer: 'spec.ingress[0].from[1]',
      },
    ])
    expect(nearest(ingress)).toBeUndefined()
  })

  test('namespace labels, keys with dots and exceptions are clauses of their own', () => {
    const world = worldOf([
      ...shop,
      policy('from-shop', {
        podSelector: { matchLabels: { app: 'api' } },
        ingress: [
          {
            from: [
              { namespaceSelector: { matchLabels: { 'example.com/team': 'shop' } }, podSelector: {} },
              { ipBlock: { cidr: '10.0.0.0/16', except: ['10.0.1.0/24'] } },
            ],
          },
        ],
      }),
    ])
    const ingress = explained(world, 'other/far', 'shop/api', 8080, 'ingress')
    expect(nearest(ingress)?.failing).toEqual([
      {
        is: 'namespaceSelector',
        field: 'spec.ingress[0].from[0].namespaceSelector.matchLabels["example.com/team"]',
        wanted: 'example.com/team=shop',
        actual: 'no label example.com/team',
        ok: false,
      },
    ])
    const outside = explained(world, 'ip:10.0.1.9', 'shop/api', 8080, 'ingress')
    expect(nearest(outside)?.failing).toEqual([
      {
        is: 'podSelector',
        field: 'spec.ingress[0].from[0].podSelector',
        wanted: 'a pod',
        actual: '10.0.1.9, no pod',
        ok: false,
      },
    ])
  })

  test('nothing below an admin rule that denies is near', () => {
    const guard = {
      apiVersion: 'policy.networking.k8s.io/v1alpha2',
      kind: 'ClusterNetworkPolicy',
      metadata: { name: 'guard' },
      spec: {
        tier: 'Admin',
        priority: 10,
        subject: { namespaces: {} },
        ingress: [{ name: 'tenants', action: 'Deny', from: [{ namespaces: {} }] }],
      },
    }
    const ingress = explained(worldOf([...shop, allowFront, guard]), 'shop/web', 'shop/api', 8080, 'ingress')
    expect(ingress).toMatchObject({
      outcome: 'fails',
      tier: 'admin',
      decidedBy: [{ policy: { name: 'guard' }, rule: 'ingress[0]', name: 'tenants', action: 'deny' }],
    })
    expect(nearMisses(ingress)).toEqual([])
  })

  test('a policy for other pods is the nearest only when no policy for this one has a rule', () => {
    const forCache = policy('allow-web-to-cache', {
      podSelector: { matchLabels: { app: 'cache' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { app: 'web' } } }] }],
    })
    const name = (world: World) =>
      nearest(explained(world, 'shop/web', 'shop/api', 8080, 'ingress'))?.rule.policy.name
    expect(name(worldOf([...shop, denyAll, allowFront, forCache]))).toBe('allow-front')
    expect(name(worldOf([...shop, denyAll, forCache]))).toBe('allow-web-to-cache')
  })
})

describe('against the answers of public suites', () => {
  test.each([
    ['recipes.jsonl', 1],
    ['cnp-conformance.jsonl', 1],
    ['cyclonus.jsonl', 97],
    ['policy-assistant.jsonl', 7],
  ])('of %s: a rule matches exactly when all its conditions hold', (file, step) => {
    let compared = 0
    for (const { world, assertions } of vectorsOf(file)) {
      for (const assertion of assertions.filter((_, index) => index % step === 0)) {
        const { protocol, port, throughService } = assertion
        const verdict = decide({ ...ends(world, assertion), protocol, port, throughService }, world.policies)
        for (const family of explainFlow(verdict, world.policies).families)
          for (const { considered, decidedBy, outcome, tier } of [family.egress, family.ingress]) {
            for (const { clauses, matches, selects } of considered) {
              const others = clauses.filter(({ is }) => is !== 'subject')
              const whole = others.every(({ ok }) => ok === true)
              expect(whole ? 'yes' : others.some(({ ok }) => ok === false) ? 'no' : 'maybe').toBe(matches)
              if (selects === 'no')
                expect(clauses.some(({ is, ok }) => is === 'subject' && ok === false)).toBe(true)
              compared += 1
            }
            if (outcome === 'passes' && tier === 'network-policy') expect(decidedBy.length).toBeGreaterThan(0)
          }
      }
    }
    expect(compared).toBeGreaterThan(20)
  })
})
