import { describe, expect, test } from 'vitest'
import { neutralProfile } from '../../../../src/network/policy/profile.ts'
import { cluster, namespace, networkPolicy, pod, problemsOf } from './kit.ts'

const base = [
  namespace('shop'),
  pod('shop/web', { labels: { app: 'web' }, ips: ['10.0.0.1'] }),
  pod('shop/api', {
    labels: { app: 'api' },
    ips: ['10.0.0.2'],
    ports: [
      { name: 'http', containerPort: 8080 },
      { name: 'dns', containerPort: 53, protocol: 'UDP' },
    ],
  }),
  pod('shop/old', {
    labels: { app: 'old' },
    ips: ['10.0.0.3'],
    ports: [{ name: 'http', containerPort: 80 }],
  }),
]
const ingress = (ports: unknown) =>
  networkPolicy('shop/p', {
    podSelector: { matchLabels: { app: 'api' } },
    policyTypes: ['Ingress'],
    ingress: [{ ports }],
  })
const egress = (ports: unknown) =>
  networkPolicy('shop/p', {
    podSelector: { matchLabels: { app: 'web' } },
    policyTypes: ['Egress'],
    egress: [{ ports }],
  })

describe('ports of a rule: the same for ingress and egress', () => {
  test.each([
    ['T20: missing', undefined, 'SCTP/9999', 'passes'],
    ['T20: null', null, 'UDP/1', 'passes'],
    ['T20: []', [], 'TCP/65535', 'passes'],
    ['T21: {} is all of TCP', [{}], 'TCP/9', 'passes'],
    ['T21: and nothing else', [{}], 'UDP/9', 'fails'],
    ['T21: null is an empty item', [null], 'TCP/9', 'passes'],
    ['T21: a protocol alone', [{ protocol: 'UDP' }], 'UDP/9', 'passes'],
    ['T21: leaves TCP closed', [{ protocol: 'UDP' }], 'TCP/9', 'fails'],
    ['T22: port 53 is TCP', [{ port: 53 }], 'TCP/53', 'passes'],
    ['T22: not UDP', [{ port: 53 }], 'UDP/53', 'fails'],
    ['protocol null is TCP', [{ protocol: null, port: 53 }], 'TCP/53', 'passes'],
    ['T23: by name and protocol', [{ port: 'http' }], 'TCP/8080', 'passes'],
    ['T23: not another number', [{ port: 'http' }], 'TCP/80', 'fails'],
    ['T23: not another protocol', [{ port: 'dns' }], 'UDP/53', 'fails'],
    ['T23: with its protocol', [{ port: 'dns', protocol: 'UDP' }], 'UDP/53', 'passes'],
    ['T23: a name that no container has', [{ port: 'grpc' }], 'TCP/8080', 'fails'],
    ['T26: the first', [{ port: 80, endPort: 90 }], 'TCP/80', 'passes'],
    ['T26: the last', [{ port: 80, endPort: 90 }], 'TCP/90', 'passes'],
    ['T26: below', [{ port: 80, endPort: 90 }], 'TCP/79', 'fails'],
    ['T26: above', [{ port: 80, endPort: 90 }], 'TCP/91', 'fails'],
    ['T26: one port', [{ port: 80, endPort: 80 }], 'TCP/80', 'passes'],
    ['T28: SCTP', [{ protocol: 'SCTP', port: 7 }], 'SCTP/7', 'passes'],
    ['T28: never opens TCP', [{ protocol: 'SCTP', port: 7 }], 'TCP/7', 'fails'],
    ['one item is enough', [{ port: 1 }, { port: 2 }], 'TCP/2', 'passes'],
  ])('%s: %j: %s %s', (_, ports, port, outcome) => {
    for (const policy of [ingress(ports), egress(ports)])
      expect(cluster([...base, policy]).outcome(`shop/web -> shop/api ${port}`)).toBe(outcome)
  })

  test.each([
    ['port 0', [{ port: 0 }], 'port-invalid', 'ports[0].port'],
    ['port 65536', [{ port: 65536 }], 'port-invalid', 'ports[0].port'],
    ['a negative port', [{ port: -1 }], 'port-invalid', 'ports[0].port'],
    ['a number in quotes', [{ port: '80' }], 'port-number-as-string', 'ports[0].port'],
    ['no port name', [{ port: 'Http' }], 'port-invalid', 'ports[0].port'],
    ['a name that is too long', [{ port: 'a234567890123456' }], 'port-invalid', 'ports[0].port'],
    ['an empty name', [{ port: '' }], 'port-invalid', 'ports[0].port'],
    ['T26: endPort below port', [{ port: 90, endPort: 80 }], 'end-port-invalid', 'ports[0].endPort'],
    ['T26: endPort too high', [{ port: 80, endPort: 65536 }], 'end-port-invalid', 'ports[0].endPort'],
    ['T26: endPort without port', [{ endPort: 90 }], 'end-port-invalid', 'ports[0].port'],
    ['T26: endPort with a name', [{ port: 'http', endPort: 90 }], 'end-port-invalid', 'ports[0].endPort'],
    ['another protocol', [{ protocol: 'ICMP' }], 'protocol-invalid', 'ports[0].protocol'],
    ['a protocol in small letters', [{ protocol: 'tcp', port: 80 }], 'protocol-invalid', 'ports[0].protocol'],
    ['an empty protocol', [{ protocol: '', port: 80 }], 'protocol-invalid', 'ports[0].protocol'],
  ])('%s is invalid: %j opens nothing, is named, and the verdict says so', (_, ports, id, field) => {
    const { ask, world } = cluster([...base, ingress(ports)])
    for (const port of ['TCP/80', 'TCP/85', 'TCP/8080', 'UDP/53'])
      expect(ask(`shop/web -> shop/api ${port}`)).toMatchObject({
        outcome: 'fails',
        caveats: ['input-invalid'],
      })
    expect(problemsOf(world.policies.in('shop').policies)).toEqual([`invalid ${id} spec.ingress[0].${field}`])
  })

  test.each([
    ['a part of a port', [{ port: 80.5 }]],
    ['a port that is no number', [{ port: true }]],
    ['a field that there is not', [{ port: 80, portEnd: 90 }]],
    ['an item that is no object', [80]],
    ['no list', 'all'],
  ])('%s is not understood: unknown', (_, ports) => {
    expect(cluster([...base, ingress(ports)]).ask('shop/web -> shop/api TCP/80')).toMatchObject({
      outcome: 'unknown',
      doubts: ['unknown-field'],
    })
  })
})

describe('T23: named ports', () => {
  test('each destination is judged by its own ports, in egress rules without peers too', () => {
    const { outcome } = cluster([...base, egress([{ port: 'http' }])])
    expect(outcome('shop/web -> shop/api TCP/8080')).toBe('passes')
    expect(outcome('shop/web -> shop/api TCP/80')).toBe('fails')
    expect(outcome('shop/web -> shop/old TCP/80')).toBe('passes')
    expect(outcome('shop/web -> shop/old TCP/8080')).toBe('fails')
  })

  test('T24: never match an address outside', () => {
    const { outcome } = cluster([...base, egress([{ port: 'http' }])])
    expect(outcome('shop/web -> ip:203.0.113.1 TCP/80')).toBe('fails')
    expect(outcome('shop/web -> ip:203.0.113.1 TCP/8080')).toBe('fails')
  })

  test('T25: two containers with the same name: both numbers', () => {
    const two = pod('shop/two', {
      labels: { app: 'api' },
      ips: ['10.0.0.9'],
      spec: {
        containers: [
          { name: 'a', ports: [{ name: 'http', containerPort: 1 }] },
          { name: 'b', ports: [{ name: 'http', containerPort: 2 }] },
        ],
      },
    })
    const { outcome } = cluster([...base, two, ingress([{ port: 'http' }])])
    expect(outcome('shop/web -> shop/two TCP/1')).toBe('passes')
    expect(outcome('shop/web -> shop/two TCP/2')).toBe('passes')
    expect(outcome('shop/web -> shop/two TCP/3')).toBe('fails')
  })

  test('T25: of init containers and sidecars nothing is said: unknown', () => {
    const sidecar = pod('shop/side', {
      labels: { app: 'api' },
      ips: ['10.0.0.9'],
      spec: {
        initContainers: [
          { name: 's', restartPolicy: 'Always', ports: [{ name: 'http', containerPort: 15001 }] },
        ],
      },
    })
    const { ask } = cluster([...base, sidecar, ingress([{ port: 'http' }])])
    expect(ask('shop/web -> shop/side TCP/15001')).toMatchObject({
      outcome: 'unknown',
      doubts: ['init-container-port'],
    })
    expect(ask('shop/web -> shop/side TCP/80').outcome).toBe('fails')
  })
})

test('T27: host ports and Service ports are compared with nothing', () => {
  const hostPort = pod('shop/edge', {
    labels: { app: 'api' },
    ips: ['10.0.0.9'],
    ports: [{ containerPort: 8080, hostPort: 80 }],
  })
  const { outcome } = cluster([...base, hostPort, ingress([{ port: 80 }])])
  expect(outcome('shop/web -> shop/edge TCP/8080')).toBe('fails')
})

describe('T29: protocols that NetworkPolicy does not know', () => {
  test.each([
    ['a pod that is isolated', [ingress([{ port: 80 }])]],
    ['a pod that everything may reach', [ingress(undefined)]],
  ])('%s: unknown', (_, policies) => {
    expect(cluster([...base, ...policies]).ask('shop/web -> shop/api ICMP/0')).toMatchObject({
      outcome: 'unknown',
      doubts: ['protocol-not-covered'],
    })
  })
  test('a pod that no policy selects: passes', () => {
    expect(cluster([...base, ingress([])]).outcome('shop/api -> shop/web ICMP/0')).toBe('passes')
  })
})

describe('what a network plugin leaves out', () => {
  test('T26: an endPort that it ignores opens the first port only, and is said', () => {
    const old = { ...neutralProfile, endPortHonoured: false }
    const { ask } = cluster([...base, ingress([{ port: 80, endPort: 90 }])], old)
    expect(ask('shop/web -> shop/api TCP/80')).toMatchObject({ outcome: 'passes' })
    expect(ask('shop/web -> shop/api TCP/85')).toMatchObject({
      outcome: 'fails',
      caveats: ['end-port-ignored'],
    })
  })

  test('T28: without SCTP the policy still isolates for TCP', () => {
    const plain = { ...neutralProfile, sctpSupported: false }
    const { ask } = cluster([...base, ingress([{ protocol: 'SCTP', port: 7 }])], plain)
    expect(ask('shop/web -> shop/api TCP/7').outcome).toBe('fails')
    expect(ask('shop/web -> shop/api SCTP/8')).toMatchObject({
      outcome: 'unknown',
      doubts: ['sctp-not-supported'],
    })
  })
})
