import { describe, expect, test } from 'vitest'
import { changedWorld } from '../../src/change/changed-world.ts'
import type { FlowChange } from '../../src/change/flow-table.ts'
import { changedFlows } from '../../src/change/flows.ts'
import type { Edit } from '../../src/network/edit.ts'
import { Network } from '../../src/network/network.ts'
import { manifestCoverage } from '../../src/snapshot/files/coverage.ts'
import { parsed } from '../network/policy/worlds.ts'

function networkOf(objects: readonly unknown[]): Network {
  return Network.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects: objects.map(parsed),
    coverage: manifestCoverage(true),
    observations: [],
  })
}

function pod(namespace: string, name: string, ip: string, more: object = {}): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace, name, labels: { app: name } },
    spec: { containers: [{ name: 'main' }], ...more },
    status: { phase: 'Running', podIPs: [{ ip }] },
  }
}

function policy(namespace: string, name: string, spec: object): unknown {
  return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { namespace, name }, spec }
}

const of = (name: string, namespace = 'shop') => ({
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  namespace,
  name,
})
const create = (object: unknown, name: string): Edit => ({ kind: 'create', reference: of(name), object })

function flowsAfter(objects: readonly unknown[], ...edits: readonly Edit[]) {
  const world = changedWorld(edits, networkOf(objects))
  if (world === undefined) throw new Error('the edit does not apply')
  return changedFlows(world.before, world.after)
}

function end(side: FlowChange['source']): string {
  if (side.kind === 'outside')
    return side.isEverything ? `outside v${side.family}` : `part of v${side.family}`
  return `${side.reference.namespace}/${side.reference.name}`
}

function say({ effect, source, destination, ports, pairs }: FlowChange): string {
  const ranges = ports.map(({ protocol, from, to }) => `${protocol} ${from === to ? from : `${from}-${to}`}`)
  return `${effect} ${end(source)} -> ${end(destination)} ${ranges.join(', ')} (${pairs})`
}

const world = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'kube-system' } },
  pod('shop', 'web', '10.0.0.1'),
  pod('shop', 'api', '10.0.0.2'),
  pod('kube-system', 'dns', '10.0.1.1'),
]
const everyPort = 'TCP 1-65535, UDP 1-65535, SCTP 1-65535'
const denyEgress = policy('shop', 'deny', {
  podSelector: { matchLabels: { app: 'web' } },
  policyTypes: ['Egress'],
})
const allowDns = {
  podSelector: { matchLabels: { app: 'web' } },
  policyTypes: ['Egress'],
  egress: [
    {
      to: [{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } }],
      ports: [{ protocol: 'UDP', port: 53 }, { port: 53 }],
    },
  ],
}

describe('flows that a change of policies changes', () => {
  test('a first isolation is told for every peer, and outside as one', () => {
    const { changes, pairs } = flowsAfter(world, create(denyEgress, 'deny'))
    expect(changes.map(say)).toEqual([
      `denied shop/web -> kube-system/dns ${everyPort} (1)`,
      `denied shop/web -> shop/api ${everyPort} (1)`,
      `denied shop/web -> outside v4 ${everyPort} (1)`,
    ])
    expect(pairs).toEqual({ all: 12, denied: 3, allowed: 0, unknown: 0, unchanged: 9 })
  })

  test('a rule for DNS opens both protocols to the DNS pods, and nothing else', () => {
    const { changes } = flowsAfter([...world, denyEgress], create(policy('shop', 'dns', allowDns), 'dns'))
    expect(changes.map(say)).toEqual(['allowed shop/web -> kube-system/dns TCP 53, UDP 53 (1)'])
  })

  test('a policy split in two with the same effect changes nothing', () => {
    const [both] = allowDns.egress
    const parts = (both?.ports ?? []).map((port, index) =>
      policy('shop', `part-${index}`, { ...allowDns, egress: [{ ...both, ports: [port] }] }),
    )
    const { changes, pairs } = flowsAfter(
      [...world, policy('shop', 'dns', allowDns)],
      { kind: 'delete', reference: of('dns') },
      ...parts.map((part, index) => create(part, `part-${index}`)),
    )
    expect(changes).toEqual([])
    expect(pairs.unchanged).toBe(pairs.all)
  })

  test('the example of a workload that reaches itself is two different pods', () => {
    const ofOne = (name: string, ip: string) => ({
      ...Object(pod('shop', name, ip)),
      metadata: {
        namespace: 'shop',
        name,
        labels: { app: 'set' },
        ownerReferences: [
          { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'set', uid: 'set', controller: true },
        ],
      },
    })
    const set = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { namespace: 'shop', name: 'set', uid: 'set' },
      spec: {
        selector: { matchLabels: { app: 'set' } },
        template: { metadata: { labels: { app: 'set' } }, spec: { containers: [] } },
      },
    }
    const deny = policy('shop', 'deny', { podSelector: { matchLabels: { app: 'set' } } })
    const two = [ofOne('set-0', '10.0.0.8'), ofOne('set-1', '10.0.0.9')]
    const { changes } = flowsAfter([...world, set, ...two], create(deny, 'deny'))
    const own = changes.find((change) => say(change).startsWith('denied shop/set -> shop/set'))
    expect(changes.map(say).filter((line) => line.includes('set -> shop/set'))).toHaveLength(1)
    const names = [own?.example.source[0], own?.example.destination[0]].map((item) =>
      item?.kind === 'pod' ? item.pod.metadata.name : undefined,
    )
    expect(new Set(names)).toEqual(new Set(['set-0', 'set-1']))
  })

  test('the other side still counts: what it denies is not newly denied', () => {
    const closed = policy('shop', 'closed', { podSelector: { matchLabels: { app: 'api' } }, ingress: [] })
    const { changes } = flowsAfter([...world, closed], create(denyEgress, 'deny'))
    expect(changes.map(say).filter((line) => line.includes('api'))).toEqual([])
  })

  test('a block of addresses is told apart from the rest of the outside', () => {
    const block = { ipBlock: { cidr: '203.0.113.0/24', except: ['203.0.113.7/32'] } }
    const { changes } = flowsAfter(
      [...world, denyEgress],
      create(
        policy('shop', 'out', { ...allowDns, egress: [{ to: [block], ports: [{ port: 443 }] }] }),
        'out',
      ),
    )
    expect(changes.map(say)).toEqual(['allowed shop/web -> part of v4 TCP 443 (1)'])
    const [{ destination } = { destination: undefined }] = changes
    expect(destination).toMatchObject({
      intervals: [
        { first: 0xcb007100n, last: 0xcb007106n },
        { first: 0xcb007108n, last: 0xcb0071ffn },
      ],
    })
  })

  test('a node still reaches its own pods, and only those', () => {
    const host = pod('kube-system', 'agent', '192.168.0.1', { hostNetwork: true, nodeName: 'a' })
    const here = pod('shop', 'here', '10.0.2.1', { nodeName: 'a' })
    const there = pod('shop', 'there', '10.0.2.2', { nodeName: 'b' })
    const deny = policy('shop', 'deny', { podSelector: {}, policyTypes: ['Ingress'] })
    const { changes } = flowsAfter([host, here, there], create(deny, 'deny'))
    const fromHost = changes.filter(({ source }) => end(source) === 'kube-system/agent')
    expect(fromHost.map(say)).toEqual([
      `denied kube-system/agent -> shop/there ${everyPort} (1)`,
      `unknown kube-system/agent -> shop/here ${everyPort} (1)`,
    ])
  })

  test('pods of a restarted workload are compared with those before', () => {
    const deployment = {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace: 'shop', name: 'job' },
      spec: {
        replicas: 2,
        template: { metadata: { labels: { app: 'job' } }, spec: { containers: [{ name: 'main' }] } },
      },
    }
    const { changes } = flowsAfter([...world, denyEgress, deployment], {
      kind: 'patch',
      reference: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'job' },
      operations: [{ op: 'replace', path: '/spec/template/metadata/labels/app', value: 'web' }],
    })
    expect(changes.map(say)).toContain(`denied shop/job -> shop/api ${everyPort} (2)`)
    expect(changes.every(({ effect }) => effect === 'denied')).toBe(true)
  })
})
