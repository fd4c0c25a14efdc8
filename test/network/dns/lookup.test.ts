import { describe, expect, test } from 'vitest'
import { corefile, dnsWorld, resolve, told, zoneOf } from './world.ts'

const services = `
apiVersion: v1
kind: Service
metadata: { name: web, labels: { tier: front } }
spec: { clusterIP: 10.96.0.20, clusterIPs: [10.96.0.20, 'fd00::20'], selector: { app: web }, ports: [{ name: http, port: 80, targetPort: 8080 }, { name: udp, port: 90, protocol: UDP }] }
---
apiVersion: v1
kind: Service
metadata: { name: db, namespace: shop }
spec: { clusterIP: None, clusterIPs: [None], selector: { app: db }, ports: [{ name: pg, port: 5432 }] }
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: { name: db-1, labels: { kubernetes.io/service-name: db } }
addressType: IPv4
ports: [{ name: pg, port: 5432 }]
endpoints:
  - { addresses: [10.244.1.1], hostname: db-0, conditions: { ready: true } }
  - { addresses: [10.244.1.2], hostname: db-1, conditions: { ready: false } }
---
apiVersion: v1
kind: Service
metadata: { name: idle }
spec: { clusterIP: None, selector: { app: nobody }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: empty }
spec: { clusterIP: 10.96.0.30, clusterIPs: [10.96.0.30], selector: { app: nobody }, ports: [{ port: 80 }] }
---
apiVersion: v1
kind: Service
metadata: { name: alias }
spec: { type: ExternalName, externalName: web.shop.svc.cluster.local }
---
apiVersion: v1
kind: Service
metadata: { name: outside }
spec: { type: ExternalName, externalName: db.example.com }
---
apiVersion: v1
kind: Service
metadata: { name: short }
spec: { type: ExternalName, externalName: web }
---
apiVersion: v1
kind: Service
metadata: { name: dead }
spec: { type: ExternalName, externalName: gone.shop.svc.cluster.local }
---
apiVersion: v1
kind: Service
metadata: { name: address }
spec: { type: ExternalName, externalName: 10.0.0.5 }
---
apiVersion: v1
kind: Service
metadata: { name: round }
spec: { type: ExternalName, externalName: robin.shop.svc.cluster.local }
---
apiVersion: v1
kind: Service
metadata: { name: robin }
spec: { type: ExternalName, externalName: ROUND.shop.svc.cluster.local. }
---
apiVersion: v1
kind: Namespace
metadata: { name: other }
---
apiVersion: v1
kind: Service
metadata: { name: api, namespace: other }
spec: { clusterIP: 10.96.0.40, ports: [{ port: 443 }] }
`

const world = dnsWorld(services)
const ask = (name: string, options = {}, network = world) => told(resolve(name, network, options))

describe('names of Services, for a pod of their namespace', () => {
  test.each([
    ['web', 'found 10.96.0.20 fd00::20'],
    ['WEB', 'found 10.96.0.20 fd00::20'],
    ['web.shop', 'found 10.96.0.20 fd00::20'],
    ['web.shop.svc', 'found 10.96.0.20 fd00::20'],
    ['web.shop.svc.cluster.local', 'found 10.96.0.20 fd00::20'],
    ['web.shop.svc.cluster.local.', 'found 10.96.0.20 fd00::20'],
    ['web.shop.', 'external'],
    ['api', 'nxdomain no-such-service'],
    ['api.other', 'found 10.96.0.40'],
    ['api.shop.svc.cluster.local', 'nxdomain no-such-service'],
    ['web.nowhere.svc.cluster.local.', 'nxdomain no-such-namespace'],
    ['db', 'found 10.244.1.1'],
    ['db-0.db', 'found 10.244.1.1'],
    ['db-1.db', 'nxdomain no-such-endpoint'],
    ['gone.other', 'nxdomain no-such-service'],
    ['gone.nowhere', 'external'],
    ['db-1.db.shop.svc.cluster.local.', 'nxdomain no-such-endpoint'],
    ['idle', 'nxdomain no-ready-endpoint'],
    ['empty', 'found 10.96.0.30'],
    ['alias', 'found 10.96.0.20 fd00::20'],
    ['outside', 'external'],
    ['short', 'nodata external-name-dead'],
    ['dead', 'nodata external-name-dead'],
    ['address', 'nxdomain external-name-is-address'],
    ['round', 'nodata external-name-cycle'],
    ['_http._tcp.web', 'found web.shop.svc.cluster.local.:80'],
    ['_http._udp.web.shop.svc.cluster.local.', 'nxdomain no-such-port'],
    ['_pg._tcp.db', 'found db-0.db.shop.svc.cluster.local.:5432'],
    ['10-244-1-7.shop.pod.cluster.local.', 'found 10.244.1.7'],
    ['a.b.c.d.e.shop.svc.cluster.local.', 'nxdomain no-name-of-the-schema'],
    ['www.example.com', 'external'],
    ['10.96.0.20', 'not-a-name'],
    ['a'.repeat(254), 'not-a-name'],
    ['bücher', 'not-a-name'],
    ['localhost', 'hosts 127.0.0.1'],
  ])('%s: %s', (name, expected) => {
    expect(ask(name)).toBe(expected)
  })

  test('the names that are asked for, and what that costs', () => {
    const { steps, queries } = resolve('api.other', world)
    expect(steps.map(({ candidate, answer: { is } }) => [candidate.name, is])).toEqual([
      ['api.other.shop.svc.cluster.local.', 'nxdomain'],
      ['api.other.svc.cluster.local.', 'found'],
    ])
    expect(queries).toBe(4)
    expect(resolve('www.example.com', world).queries).toBe(8)
    expect(resolve('www.example.com.', world).queries).toBe(2)
  })

  test('a host of /etc/hosts is asked of nobody', () => {
    const spec = { hostAliases: [{ ip: '10.1.1.1', hostnames: ['web', 'x'] }] }
    expect(ask('Web', { spec })).toBe('hosts 10.1.1.1')
    expect(resolve('web', world, { spec }).queries).toBe(0)
  })
})

describe('policies of DNS', () => {
  const outside = {
    dnsPolicy: 'None',
    dnsConfig: { nameservers: ['8.8.8.8'], searches: ['shop.svc.cluster.local'] },
  }
  test.each([
    [
      'ClusterFirst on the host network asks the node',
      { hostNetwork: true },
      'web',
      'outside-resolver 10.96.0.20 fd00::20',
    ],
    [
      'ClusterFirstWithHostNet does not',
      { hostNetwork: true, dnsPolicy: 'ClusterFirstWithHostNet' },
      'web',
      'found 10.96.0.20 fd00::20',
    ],
    [
      'Default asks the node',
      { dnsPolicy: 'Default' },
      'web.shop.svc.cluster.local',
      'outside-resolver 10.96.0.20 fd00::20',
    ],
    ['Default and a name of the world', { dnsPolicy: 'Default' }, 'www.example.com', 'external'],
    ['None with a public server', outside, 'web', 'outside-resolver 10.96.0.20 fd00::20'],
    [
      'None without search list',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['10.96.0.10'] } },
      'web',
      'nxdomain',
    ],
    [
      'None with the full name',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['10.96.0.10'] } },
      'web.shop.svc.cluster.local',
      'found 10.96.0.20 fd00::20',
    ],
    [
      'None with searches of another namespace',
      {
        dnsPolicy: 'None',
        dnsConfig: { nameservers: ['10.96.0.10'], searches: ['other.svc.cluster.local'] },
      },
      'api',
      'found 10.96.0.40',
    ],
    [
      'None with a sidecar',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['127.0.0.1'] } },
      'web',
      'unknown',
    ],
    [
      'None with the server of a Service',
      { dnsPolicy: 'None', dnsConfig: { nameservers: ['10.96.0.20'] } },
      'web',
      'unknown',
    ],
    [
      'an appended search list',
      { dnsConfig: { searches: ['other.svc.cluster.local'] } },
      'api',
      'found 10.96.0.40',
    ],
  ])('%s', (_, spec, name, expected) => {
    expect(ask(name, { spec })).toBe(expected)
  })

  test('ndots decides what comes first', () => {
    const spec = { dnsConfig: { options: [{ name: 'ndots', value: '1' }] } }
    const asked = (libc: 'glibc' | 'musl') =>
      resolve('web.shop', world, { spec, libc }).steps.map(({ candidate }) => candidate.name)
    expect(asked('glibc')).toEqual([
      'web.shop.',
      'web.shop.shop.svc.cluster.local.',
      'web.shop.svc.cluster.local.',
    ])
    // musl never searches for a name that has as many dots.
    expect(asked('musl')).toEqual(['web.shop.'])
    expect(ask('web.shop', { spec })).toBe('found 10.96.0.20 fd00::20')
    expect(ask('web.shop', { spec, libc: 'musl' })).toBe('external')
  })

  test('musl stops at a name without addresses, glibc goes on', () => {
    const spec = { dnsConfig: { searches: ['other.svc.cluster.local'] } }
    const both = dnsWorld(
      `${services}\n---\n${'apiVersion: v1\nkind: Service\nmetadata: { name: dead, namespace: other }\nspec: { clusterIP: 10.96.0.41, ports: [{ port: 80 }] }'}`,
    )
    expect(ask('dead', { spec }, both)).toBe('found 10.96.0.41')
    expect(ask('dead', { spec, libc: 'musl' }, both)).toBe('nodata external-name-dead')
  })

  test('more nameservers and search domains than a resolver takes', () => {
    const spec = {
      dnsPolicy: 'None',
      dnsConfig: {
        nameservers: ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'],
        searches: Array.from({ length: 40 }, (_, index) => `d${index}.example`),
      },
    }
    const { conf } = resolve('web', world, { spec })
    expect(conf.nameservers.map(({ address }) => address)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
    expect(conf.dropped.nameservers).toEqual(['10.0.0.4'])
    expect(conf.searches.length).toBe(32)
    expect(conf.dropped.searches.length).toBe(8)
    const long = {
      dnsPolicy: 'None',
      dnsConfig: {
        nameservers: ['10.0.0.1'],
        searches: [
          'x'.repeat(260),
          ...Array.from({ length: 20 }, (_, index) => `${'y'.repeat(150)}.d${index}`),
        ],
      },
    }
    expect(resolve('web', world, { spec: long }).conf.searches.join(' ').length).toBeLessThanOrEqual(2048)
  })
})

describe('the Corefile', () => {
  const under = (file: string, name: string, options = {}) => ask(name, options, dnsWorld(services, file))
  test.each([
    ['rewrite name web.shop.svc.cluster.local api.other.svc.cluster.local', 'web', 'found 10.96.0.40'],
    ['rewrite name suffix .corp. .shop.svc.cluster.local.', 'web.corp.', 'found 10.96.0.20 fd00::20'],
    [
      'rewrite name regex (.*)\\.corp\\. {1}.shop.svc.cluster.local',
      'web.corp.',
      'found 10.96.0.20 fd00::20',
    ],
    ['rewrite name regex (?=x) y', 'web', 'unknown'],
    ['hosts {\n 10.9.9.9 web.shop.svc.cluster.local\n fallthrough\n}', 'web', 'found 10.9.9.9'],
    ['hosts {\n 10.9.9.9 x.y\n fallthrough\n}', 'web', 'found 10.96.0.20 fd00::20'],
    ['hosts {\n 10.9.9.9 x.y\n}', 'web', 'servfail by-configuration'],
    ['template ANY ANY shop.svc.cluster.local {\n rcode NXDOMAIN\n}', 'web', 'nxdomain by-configuration'],
    ['template IN AAAA . {\n rcode NOERROR\n}', 'web', 'found 10.96.0.20'],
    [
      'template IN A cluster.local {\n match ^web\\.\n answer "{{ .Name }} 60 IN A 10.8.8.8"\n fallthrough\n}',
      'web',
      'found 10.8.8.8 fd00::20',
    ],
    [
      'template IN A cluster.local {\n match ^web\\.\n answer "{{ .Name }} 60 IN CNAME api.other.svc.cluster.local."\n fallthrough\n}',
      'api.other',
      'found 10.96.0.40',
    ],
    ['etcd svc.cluster.local', 'web', 'found 10.96.0.20 fd00::20'],
    ['k8s_external cluster.local', 'web', 'unknown'],
  ])('%j: %s', (before, name, expected) => {
    expect(under(corefile({ before }), name)).toBe(expected)
  })

  test.each([
    ['namespaces other', 'web', 'nxdomain namespace-left-out'],
    ['labels tier=back', 'web', 'nxdomain service-left-out'],
    ['labels tier in (front, back)', 'web', 'found 10.96.0.20 fd00::20'],
    ['ignore empty_service', 'empty', 'nxdomain empty-service-left-out'],
    ['noendpoints', 'db', 'nxdomain no-ready-endpoint'],
    ['fallthrough', 'nobody', 'external'],
  ])('%s: %s is %s', (inside, name, expected) => {
    const file =
      inside === 'fallthrough'
        ? corefile().replace('fallthrough in-addr.arpa ip6.arpa', inside)
        : corefile({ inside })
    expect(under(file, name)).toBe(expected === 'external' ? 'external' : expected)
  })

  test("the cluster's domain is that of the Corefile, or the kubelets' own", () => {
    const own = dnsWorld(services, corefile({ zone: 'k8s.corp' }))
    expect(zoneOf(own)).toBe('k8s.corp.')
    expect(ask('web', {}, own)).toBe('found 10.96.0.20 fd00::20')
    expect(ask('web.shop.svc.cluster.local', {}, own)).toBe('external')
    const mismatch = dnsWorld(
      `${services}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: kubelet-config, namespace: kube-system }\ndata: { kubelet: "clusterDNS:\\n- 10.96.0.10\\nclusterDomain: old.local\\n" }`,
    )
    expect(zoneOf(mismatch)).toBe('old.local.')
    expect(ask('web', {}, mismatch)).toBe('external')
  })

  test('a stub domain has a server block of its own', () => {
    const { outcome } = resolve(
      'db.corp.example',
      dnsWorld(services, `${corefile()}\ncorp.example:53 {\n forward . 10.0.0.53\n}`),
    )
    expect(outcome).toMatchObject({ is: 'external', answer: { upstream: ['10.0.0.53'] } })
  })

  test('nobody serves the root: names of the world fail', () => {
    expect(under('cluster.local:53 {\n kubernetes\n}', 'www.example.com')).toBe('servfail nobody-answers')
  })

  test('a rewrite that goes round ends', () => {
    const before = 'rewrite continue name regex ^(.*)$ x{1}\nrewrite name prefix xx x'
    expect(under(corefile({ before }), 'web')).toMatch(/^(nxdomain|external)/)
  })

  test('one that is refused is not in use: the usual answers stand', () => {
    expect(under('.:53 {\n kubernetes cluster.local\n', 'web')).toBe('found 10.96.0.20 fd00::20')
  })
})

describe('what was not read', () => {
  test('Services that may not be read make it unknown', () => {
    const network = dnsWorld(services, corefile(), [{ kind: 'Service', why: 'forbidden' }])
    expect(ask('web', {}, network)).toBe('unknown')
  })

  test('without the ConfigMap the usual Corefile is assumed', () => {
    const network = dnsWorld(services, corefile(), [{ kind: 'ConfigMap', why: 'forbidden' }])
    expect(ask('web', {}, network)).toBe('found 10.96.0.20 fd00::20')
  })
})
