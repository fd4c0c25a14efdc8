import { describe, expect, test } from 'vitest'
import { decide } from '../../../src/network/policy/decide.ts'
import { explainFlow } from '../../../src/network/policy/explain.ts'
import type { Direction } from '../../../src/network/policy/model.ts'
import { remedyFor } from '../../../src/network/policy/patch.ts'
import { ends, vectorsOf } from './oracle-vectors.ts'
import { patched } from './patched.ts'
import { endpointOf, type World, worldOf } from './worlds.ts'

const directions: readonly Direction[] = ['egress', 'ingress']

const pod = (name: string, labels: Record<string, string>, ip: string, at = 'shop', hostNetwork = false) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: at, labels: { ...labels, 'pod-template-hash': '5c4f' } },
  spec: { hostNetwork, containers: [{ name: 'main', ports: [{ name: 'http', containerPort: 8080 }] }] },
  status: { phase: 'Running', podIPs: [{ ip }] },
})

const policy = (name: string, spec: object) => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name, namespace: 'shop' },
  spec,
})

const shop = [
  ...['shop', 'other'].map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
  pod('web-1', { app: 'web', tier: 'front' }, '10.0.0.1'),
  pod('api-1', { app: 'api', tier: 'back' }, '10.0.0.2'),
  pod('jobs-1', { app: 'jobs', tier: 'back' }, '10.0.0.3'),
  pod('far-1', { app: 'web' }, '10.0.1.1', 'other'),
  pod('agent-1', { app: 'agent' }, '172.18.0.3', 'other', true),
]

const toApi = (rule: object) =>
  policy('to-api', {
    podSelector: { matchLabels: { app: 'api' } },
    policyTypes: ['Ingress'],
    ingress: [rule],
  })
const fromPods = (app: string) => [{ podSelector: { matchLabels: { app } } }]

function remedy(
  world: World,
  from: string,
  to = 'shop/api-1',
  port = 8080,
  direction: Direction = 'ingress',
) {
  const flow = {
    source: endpointOf(world, from),
    destination: endpointOf(world, to),
    protocol: 'TCP',
    port,
  } as const
  const [family] = explainFlow(decide(flow, world.policies), world.policies).families
  if (family === undefined) throw new Error('no family')
  return remedyFor(family[direction], world.policies)
}

const kinds = ({ patches }: ReturnType<typeof remedy>) => patches.map(({ is }) => is)

describe('the smallest change', () => {
  test('changes a value that nothing has', () => {
    const answer = remedy(worldOf([...shop, toApi({ from: fromPods('wbe') })]), 'shop/web-1')
    expect(kinds(answer)).toEqual(['change-value', 'add-peer', 'new-policy'])
    expect(answer.patches[0]).toMatchObject({
      field: 'spec.ingress[0].from[0].podSelector.matchLabels.app',
      before: 'wbe',
      after: 'web',
      edit: {
        operations: [
          { op: 'replace', path: '/spec/ingress/0/from/0/podSelector/matchLabels/app', value: 'web' },
        ],
      },
    })
  })

  test('never changes a value that somebody has: that would take access away', () => {
    const answer = remedy(worldOf([...shop, toApi({ from: fromPods('jobs') })]), 'shop/web-1')
    expect(kinds(answer)).toEqual(['add-peer', 'new-policy'])
    expect(answer.patches[0]).toMatchObject({
      field: 'spec.ingress[0].from',
      after: { podSelector: { matchLabels: { app: 'web' } } },
    })
  })

  test('adds a port where only the port is missing', () => {
    const answer = remedy(
      worldOf([...shop, toApi({ from: fromPods('web'), ports: [{ port: 80 }] })]),
      'shop/web-1',
    )
    expect(kinds(answer)).toEqual(['add-port', 'new-policy'])
    expect(answer.patches[0]).toMatchObject({
      field: 'spec.ingress[0].ports',
      after: { protocol: 'TCP', port: 8080 },
    })
  })

  test('names pods of other namespaces by both, and host-network pods by the address of their node', () => {
    const world = worldOf([...shop, toApi({ from: fromPods('jobs') })])
    expect(remedy(world, 'other/far-1').patches[0]?.after).toEqual({
      namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'other' } },
      podSelector: { matchLabels: { app: 'web' } },
    })
    expect(remedy(world, 'other/agent-1').patches[0]?.after).toEqual({ ipBlock: { cidr: '172.18.0.3/32' } })
    expect(remedy(world, 'ip:192.0.2.9').patches[0]?.after).toEqual({ ipBlock: { cidr: '192.0.2.9/32' } })
  })

  test('is a policy of its own where nothing is near', () => {
    const world = worldOf([...shop, policy('default-deny', { podSelector: {}, policyTypes: ['Ingress'] })])
    const { patches } = remedy(world, 'shop/web-1')
    expect(patches).toMatchObject([
      {
        is: 'new-policy',
        isolates: false,
        policy: { namespace: 'shop', name: 'allow-web-to-api' },
        after: {
          podSelector: { matchLabels: { app: 'api' } },
          policyTypes: ['Ingress'],
          ingress: [
            {
              from: [{ podSelector: { matchLabels: { app: 'web' } } }],
              ports: [{ protocol: 'TCP', port: 8080 }],
            },
          ],
        },
      },
    ])
  })

  test('is none where a rule of the admin tier denies, and says which', () => {
    const guard = {
      apiVersion: 'policy.networking.k8s.io/v1alpha2',
      kind: 'ClusterNetworkPolicy',
      metadata: { name: 'guard' },
      spec: {
        tier: 'Admin',
        priority: 1,
        subject: { namespaces: {} },
        ingress: [{ action: 'Deny', from: [{ namespaces: {} }] }],
      },
    }
    expect(remedy(worldOf([...shop, guard]), 'shop/web-1')).toMatchObject({
      patches: [],
      noPatch: 'admin-deny',
      deniedBy: [{ policy: { name: 'guard' } }],
    })
  })

  test('is none where the plugin decides about a host-network pod', () => {
    const world = worldOf([
      ...shop,
      { ...policy('x', { podSelector: {} }), metadata: { name: 'x', namespace: 'other' } },
    ])
    expect(remedy(world, 'shop/web-1', 'other/agent-1').noPatch).toBe('host-network')
  })
})

describe('against the answers of public suites', () => {
  test.each([
    ['recipes.jsonl', 3],
    ['cnp-conformance.jsonl', 3],
    ['cyclonus.jsonl', 211],
    ['policy-assistant.jsonl', 23],
  ])('of %s: each change allows its direction, and takes nothing from the flow', (file, step) => {
    let tried = 0
    for (const { world, assertions } of vectorsOf(file)) {
      const denied = assertions.filter(({ isAllowed }) => !isAllowed)
      for (const assertion of denied.filter((_, index) => index % step === 0)) {
        const { protocol, port, throughService } = assertion
        const flow = { ...ends(world, assertion), protocol, port, throughService }
        const before = decide(flow, world.policies)
        for (const [index, family] of explainFlow(before, world.policies).families.entries())
          for (const direction of directions)
            for (const { edit } of remedyFor(family[direction], world.policies).patches) {
              const after = decide(flow, patched(world, edit).policies).families[index]
              expect(after?.[direction].outcome, `${JSON.stringify(edit)}`).toBe('passes')
              const other = direction === 'egress' ? 'ingress' : 'egress'
              expect(after?.[other].outcome).toBe(family[other].outcome)
              tried += 1
            }
      }
    }
    expect(tried).toBeGreaterThan(3)
  })
})

describe('a change of a rule that names no ports, or no peers', () => {
  const wide = (rule: object, port = 8080) =>
    remedy(worldOf([...shop, toApi(rule)]), 'shop/web-1', 'shop/api-1', port).patches.map(
      ({ is, isWide }) => [is, isWide === true],
    )

  test('lets in more than the asked flow, and says so', () => {
    expect(wide({ from: fromPods('jobs') })).toContainEqual(['add-peer', true])
    expect(wide({ from: fromPods('jobs'), ports: [{ port: 8080 }] })).toContainEqual(['add-peer', false])
    expect(wide({ ports: [{ port: 80 }] })).toContainEqual(['add-port', true])
    expect(wide({ from: fromPods('web'), ports: [{ port: 80 }] })).toContainEqual(['add-port', false])
  })

  test('a label that only a template carries is used: it is not changed', () => {
    const template = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'later', namespace: 'shop' },
      spec: {
        replicas: 0,
        selector: { matchLabels: { app: 'later' } },
        template: { metadata: { labels: { app: 'later' } }, spec: { containers: [] } },
      },
    }
    const rule = { from: fromPods('later'), ports: [{ port: 8080 }] }
    const kinds = (objects: readonly object[]) =>
      remedy(worldOf([...shop, toApi(rule), ...objects]), 'shop/web-1').patches.map(({ is }) => is)
    expect(kinds([])).toContain('change-value')
    expect(kinds([template])).not.toContain('change-value')
  })
})
