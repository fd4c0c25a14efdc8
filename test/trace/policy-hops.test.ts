import { describe, expect, test } from 'vitest'
import { Network } from '../../src/network/network.ts'
import { manifestCoverage } from '../../src/snapshot/files/coverage.ts'
import { isKindName, parseObject } from '../../src/snapshot/kinds/kinds.ts'
import type { Gap } from '../../src/snapshot/snapshot.ts'
import type { Hop, HopKind, Path, Verdict } from '../../src/trace/path.ts'
import { walk } from '../../src/trace/walk.ts'

type Json = Readonly<Record<string, unknown>>

function networkOf(objects: readonly Json[], gaps: readonly Gap[] = []): Network {
  const all = manifestCoverage(true)
  const taken = new Set(gaps.map(({ kind }) => kind))
  const kinds = Object.fromEntries(
    Object.entries(all.kinds).filter(([kind]) => isKindName(kind) && !taken.has(kind)),
  )
  return Network.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects: objects.flatMap((object) => parseObject(object) ?? []),
    coverage: { ...all, kinds, gaps },
    observations: [],
  })
}

const pod = (name: string, labels: Json, ip: string, more: Json = {}): Json => ({
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: {
    name,
    namespace: 'shop',
    labels,
    ownerReferences: [
      { apiVersion: 'apps/v1', kind: 'Deployment', name: name.replace(/-\d$/, ''), controller: true },
    ],
  },
  spec: { nodeName: 'node1', containers: [{ name: 'c', ports: [{ containerPort: 8080 }] }], ...more },
  status: {
    phase: 'Running',
    podIPs: [{ ip }],
    conditions: [{ type: 'Ready', status: 'True' }],
  },
})

const deployment = (name: string, labels: Json, url?: string, spec: Json = {}): Json => ({
  kind: 'Deployment',
  apiVersion: 'apps/v1',
  metadata: { name, namespace: 'shop' },
  spec: {
    replicas: 1,
    selector: { matchLabels: { app: name } },
    template: {
      metadata: { labels },
      spec: {
        ...spec,
        containers: [
          {
            name: 'c',
            ports: [{ containerPort: 8080 }],
            env: url === undefined ? [] : [{ name: 'URL', value: url }],
          },
        ],
      },
    },
  },
})

const service = (name: string, selector: Json): Json => ({
  kind: 'Service',
  apiVersion: 'v1',
  metadata: { name, namespace: 'shop' },
  spec: { clusterIP: '10.96.0.50', selector, ports: [{ port: 80, targetPort: 8080 }] },
})

const policy = (name: string, spec: Json): Json => ({
  kind: 'NetworkPolicy',
  apiVersion: 'networking.k8s.io/v1',
  metadata: { name, namespace: 'shop' },
  spec,
})

const dns = [
  {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name: 'kube-dns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
    spec: {
      clusterIP: '10.96.0.10',
      selector: { 'k8s-app': 'kube-dns' },
      ports: [
        { name: 'dns', port: 53, protocol: 'UDP' },
        { name: 'dns-tcp', port: 53, protocol: 'TCP' },
      ],
    },
  },
  {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { name: 'coredns', namespace: 'kube-system' },
    spec: {
      selector: { matchLabels: { 'k8s-app': 'kube-dns' } },
      template: {
        metadata: { labels: { 'k8s-app': 'kube-dns' } },
        spec: { containers: [{ name: 'coredns' }] },
      },
    },
  },
]

function wayOf(network: Network, client = 'web'): Path {
  const [workload] = network.workloads.get('shop', `Deployment/shop/${client}`).items
  if (workload === undefined) throw new Error(`no workload ${client}`)
  const [connection] = network.traffic.from(workload).items
  if (connection === undefined) throw new Error(`${client} dials nothing`)
  return walk(connection, network)
}

const inner = (path: Path, kind: HopKind): readonly Verdict[] =>
  path.hops
    .flatMap(({ branches = [] }) => branches)
    .flatMap(({ hops }) => hops.filter((hop) => hop.kind === kind).map(({ verdict }) => verdict))
const hop = (path: Path, kind: HopKind): Hop | undefined => path.hops.find((item) => item.kind === kind)

const toApi = { to: [{ podSelector: { matchLabels: { app: 'api' } } }] }
const web = deployment('web', { app: 'web' }, 'http://10.96.0.50:80')
const api = [service('api', { part: 'api' }), deployment('api', { app: 'api', part: 'api' })]

describe('the hops egress and ingress', () => {
  test('pass where no policy selects either end', () => {
    const path = wayOf(networkOf([web, ...api]))
    expect(inner(path, 'egress')).toEqual([{ outcome: 'passes' }])
    expect(inner(path, 'ingress')).toEqual([{ outcome: 'passes' }])
  })

  test('are judged for each endpoint behind the Service, and the share is that of endpoints', () => {
    const canary = deployment('api-canary', { app: 'api-canary', part: 'api' })
    const fence = policy('web', { podSelector: {}, policyTypes: ['Egress'], egress: [toApi] })
    const path = wayOf(networkOf([web, ...api, canary, fence]))
    expect(inner(path, 'egress').map(({ outcome }) => outcome)).toEqual(['passes', 'fails'])
    expect(path).toMatchObject({ outcome: 'partly', share: { failing: 1, of: 2 } })
  })

  test('claim no symptom: whether a denial is a refusal or a silence is up to the plugin', () => {
    const fence = policy('api', { podSelector: { matchLabels: { app: 'api' } }, policyTypes: ['Ingress'] })
    const path = wayOf(networkOf([web, ...api, fence]))
    expect(path.firstBroken?.verdict).toEqual({
      outcome: 'fails',
      reason: 'ingress-denied',
      symptom: undefined,
    })
  })

  test('tell revisions of a client apart: one of its pods carries the label that is admitted', () => {
    const pods = [
      pod('web-1', { app: 'web', v: '1' }, '10.1.0.1'),
      pod('web-2', { app: 'web', v: '2' }, '10.1.0.2'),
    ]
    const fence = policy('api', {
      podSelector: { matchLabels: { app: 'api' } },
      ingress: [{ from: [{ podSelector: { matchLabels: { v: '1' } } }] }],
    })
    const path = wayOf(networkOf([web, ...pods, ...api, fence]))
    expect(inner(path, 'ingress')).toEqual([
      { outcome: 'partly', reason: 'ingress-denied', share: { failing: 1, of: 2 } },
    ])
  })

  test('tell a client pod by its address where a policy names addresses', () => {
    const pods = [pod('web-1', { app: 'web' }, '10.1.0.1'), pod('web-2', { app: 'web' }, '10.2.0.2')]
    const fence = policy('api', {
      podSelector: { matchLabels: { app: 'api' } },
      ingress: [{ from: [{ ipBlock: { cidr: '10.1.0.0/16' } }] }],
    })
    const path = wayOf(networkOf([web, ...pods, ...api, fence]))
    expect(inner(path, 'ingress')[0]).toMatchObject({ outcome: 'partly', share: { failing: 1, of: 2 } })
  })

  test('leave it open whether a pod reaches itself through its Service', () => {
    const own = deployment('api', { app: 'api', part: 'api' }, 'http://10.96.0.50:80')
    const self = pod('api-1', { app: 'api', part: 'api' }, '10.1.0.1')
    const fence = policy('api', { podSelector: { matchLabels: { app: 'api' } }, policyTypes: ['Ingress'] })
    const path = wayOf(networkOf([own, self, service('api', { part: 'api' }), fence]), 'api')
    expect(inner(path, 'ingress')).toMatchObject([{ outcome: 'unknown', reason: 'policy-undefined' }])
  })

  test('are unknown, with the permission, where the policies of one end were not read', () => {
    const gap: Gap = {
      kind: 'NetworkPolicy',
      namespace: 'shop',
      why: 'forbidden',
      permission: 'list networkpolicies in namespace shop',
    }
    const path = wayOf(networkOf([web, ...api], [gap]))
    expect(inner(path, 'egress')).toEqual([{ outcome: 'unknown', reason: 'not-read', gaps: [gap] }])
    expect(path.outcome).toBe('unknown')
  })

  test('are not applicable to an address that nobody has', () => {
    const node = {
      kind: 'Node',
      apiVersion: 'v1',
      metadata: { name: 'node1' },
      spec: { podCIDRs: ['10.244.1.0/24'] },
    }
    const neighbour = pod('cart-1', { app: 'cart' }, '10.244.1.7')
    const client = deployment('web', { app: 'web' }, 'http://10.244.1.15:5432')
    const fence = policy('web', { podSelector: {}, policyTypes: ['Egress'] })
    const path = wayOf(networkOf([client, node, neighbour, fence]))
    expect(hop(path, 'egress')?.verdict.outcome).toBe('not-applicable')
    expect(path.firstBroken?.kind).toBe('pod')
  })

  test('take a denial for unknown where the plugin seems to enforce nothing', () => {
    const flannel = {
      kind: 'DaemonSet',
      apiVersion: 'apps/v1',
      metadata: { name: 'kube-flannel-ds', namespace: 'kube-flannel' },
      spec: {
        template: {
          spec: { containers: [{ name: 'flannel', image: 'ghcr.io/flannel-io/flannel:v0.27.0' }] },
        },
      },
    }
    const fence = policy('api', { podSelector: { matchLabels: { app: 'api' } }, policyTypes: ['Ingress'] })
    const path = wayOf(networkOf([web, ...api, fence, flannel]))
    expect(inner(path, 'ingress')).toEqual([{ outcome: 'unknown', reason: 'policy-undefined' }])
  })
})

describe('the hop dns', () => {
  const byName = (spec: Json = {}): Json => deployment('web', { app: 'web' }, 'http://api:80', spec)
  const noDns = policy('web', { podSelector: {}, policyTypes: ['Egress'], egress: [toApi] })

  test('fails where no rule lets the lookup out, and the way behind it is walked on', () => {
    const path = wayOf(networkOf([byName(), ...api, ...dns, noDns]))
    expect(path.firstBroken).toMatchObject({ kind: 'dns', verdict: { reason: 'resolver-unreachable' } })
    expect(inner(path, 'egress')).toEqual([{ outcome: 'passes' }])
  })

  test('is not asked for addresses and for names in hostAliases', () => {
    const alias = { hostAliases: [{ ip: '10.96.0.50', hostnames: ['api'] }] }
    expect(hop(wayOf(networkOf([web, ...api, ...dns, noDns])), 'dns')?.verdict.outcome).toBe('not-applicable')
    expect(hop(wayOf(networkOf([byName(alias), ...api, ...dns, noDns])), 'dns')?.verdict.outcome).toBe(
      'not-applicable',
    )
  })

  test('is not checked where the node says who is asked', () => {
    const path = wayOf(networkOf([byName({ dnsPolicy: 'Default' }), ...api, ...dns, noDns]))
    expect(hop(path, 'dns')?.verdict.outcome).toBe('not-checked')
  })

  test('judges an outside nameserver by its address, and promises nothing about its answers', () => {
    const spec = { dnsPolicy: 'None', dnsConfig: { nameservers: ['8.8.8.8'] } }
    const open = wayOf(networkOf([byName(spec), ...api, ...dns]))
    expect(hop(open, 'dns')?.verdict.outcome).toBe('not-checked')
    const fenced = wayOf(networkOf([byName(spec), ...api, ...dns, noDns]))
    expect(hop(fenced, 'dns')?.verdict).toMatchObject({ outcome: 'fails', reason: 'resolver-unreachable' })
  })

  test('says that the DNS pods admit nobody as what it is: a denial at their end', () => {
    const fence = {
      ...policy('dns', { podSelector: {}, policyTypes: ['Ingress'] }),
      metadata: { name: 'dns', namespace: 'kube-system' },
    }
    const path = wayOf(networkOf([byName(), ...api, ...dns, fence]))
    expect(hop(path, 'dns')?.verdict).toMatchObject({ outcome: 'fails', reason: 'ingress-denied' })
  })

  test('assumes the usual DNS where kube-system may not be read, and never a denial', () => {
    const gap: Gap = {
      kind: 'Service',
      namespace: 'kube-system',
      why: 'forbidden',
      permission: 'list services in namespace kube-system',
    }
    const allowed = policy('web', {
      podSelector: {},
      policyTypes: ['Egress'],
      egress: [toApi, { ports: [{ protocol: 'UDP', port: 53 }] }],
    })
    const passing = wayOf(networkOf([byName(), ...api, allowed], [gap]))
    expect(hop(passing, 'dns')?.verdict.outcome).toBe('passes')
    const denied = wayOf(networkOf([byName(), ...api, noDns], [gap]))
    expect(hop(denied, 'dns')?.verdict).toEqual({ outcome: 'unknown', reason: 'not-read', gaps: [gap] })
  })
})
