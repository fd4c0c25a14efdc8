import { describe, expect, test } from 'vitest'
import { Network } from '../../../src/network/network.ts'
import type { Endpoint } from '../../../src/network/services/endpoint.ts'
import { managedByLabel } from '../../../src/network/services/observed.ts'
import { selectorOf } from '../../../src/network/services/service-facts.ts'
import type { KubeObject } from '../../../src/snapshot/kinds/kinds.ts'
import type { Service } from '../../../src/snapshot/kinds/service.ts'
import { recording, recordings } from '../../recorded/recording.ts'
import { networkOf, node, pod, service } from './objects.ts'

/** What the controller would write for the Service `web`, whatever slices there are. */
function expected(
  web: Service,
  others: readonly KubeObject[],
  family?: 'IPv4' | 'IPv6',
): readonly Endpoint[] {
  const network = networkOf([web, node('n1', 'east'), ...others]).with({ put: [], remove: [] }, ['shop'])
  return network.services.endpoints(web, family).items
}

const text = ({ address, targetPort, ready, serving, terminating }: Endpoint): string =>
  [`${address}:${targetPort ?? '-'}`, ready && 'ready', serving && 'serving', terminating && 'terminating']
    .filter((part) => part !== false)
    .join(' ')

const web = { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] }
const named = { selector: { app: 'web' }, ports: [{ port: 80, targetPort: 'http' }] }
const notReady = { conditions: [{ type: 'Ready', status: 'False' }] }
const deleting = { deletionTimestamp: '2026-01-01T11:59:00Z' }
const declares = (
  ports: readonly unknown[],
  more = {},
): { readonly name: string; readonly ports: readonly unknown[] } => ({
  name: 'c',
  ports,
  ...more,
})
const http = { name: 'http', containerPort: 3000 }

describe('the EndpointSlice controller', () => {
  test.each([
    ['a ready pod', web, pod('a', '10.0.0.1'), ['10.0.0.1:8080 ready serving']],
    ['a pod that is not ready', web, pod('a', '10.0.0.1', { status: notReady }), ['10.0.0.1:8080']],
    [
      'a pod without conditions',
      web,
      pod('a', '10.0.0.1', { status: { conditions: [] } }),
      ['10.0.0.1:8080'],
    ],
    [
      'a deleted pod that still serves',
      web,
      pod('a', '10.0.0.1', { meta: deleting }),
      ['10.0.0.1:8080 serving terminating'],
    ],
    ['a pod without address', web, pod('a', '10.0.0.1', { status: { podIPs: [] } }), []],
    ['a succeeded pod', web, pod('a', '10.0.0.1', { status: { phase: 'Succeeded' } }), []],
    ['a failed pod', web, pod('a', '10.0.0.1', { status: { phase: 'Failed' } }), []],
    [
      'a pending pod with an address',
      web,
      pod('a', '10.0.0.1', { status: { phase: 'Pending', ...notReady } }),
      ['10.0.0.1:8080'],
    ],
    ['a pod of other labels', web, pod('a', '10.0.0.1', { meta: { labels: { app: 'api' } } }), []],
    ['a pod of a node that is gone', web, pod('a', '10.0.0.1', { spec: { nodeName: 'n9' } }), []],
    [
      'a port without targetPort',
      { ...web, ports: [{ port: 80 }] },
      pod('a', '10.0.0.1'),
      ['10.0.0.1:80 ready serving'],
    ],
    ['no selector', { ports: web.ports }, pod('a', '10.0.0.1'), []],
    ['an empty selector', { ...web, selector: {} }, pod('a', '10.0.0.1'), []],
    ['ExternalName', { ...web, type: 'ExternalName', externalName: 'example.com' }, pod('a', '10.0.0.1'), []],
    ['no port and a cluster IP', { ...web, ports: [] }, pod('a', '10.0.0.1'), []],
    [
      'no port and headless',
      { ...web, ports: [], clusterIP: 'None' },
      pod('a', '10.0.0.1'),
      ['10.0.0.1:- ready serving'],
    ],
    [
      'a named port',
      named,
      pod('a', '10.0.0.1', { spec: { containers: [declares([http])] } }),
      ['10.0.0.1:3000 ready serving'],
    ],
    [
      'a named port that is UDP',
      named,
      pod('a', '10.0.0.1', { spec: { containers: [declares([{ ...http, protocol: 'UDP' }])] } }),
      [],
    ],
    ['a named port that nobody declares', named, pod('a', '10.0.0.1'), []],
    [
      'the same, headless',
      { ...named, clusterIP: 'None' },
      pod('a', '10.0.0.1'),
      ['10.0.0.1:- ready serving'],
    ],
    [
      'a named port of a native sidecar',
      named,
      pod('a', '10.0.0.1', { spec: { initContainers: [declares([http], { restartPolicy: 'Always' })] } }),
      ['10.0.0.1:3000 ready serving'],
    ],
    [
      'a named port of a plain init container',
      named,
      pod('a', '10.0.0.1', { spec: { initContainers: [declares([http])] } }),
      [],
    ],
    [
      'a named port of a container before that of a sidecar',
      named,
      pod('a', '10.0.0.1', {
        spec: {
          containers: [declares([{ ...http, containerPort: 4000 }])],
          initContainers: [declares([http], { restartPolicy: 'Always' })],
        },
      }),
      ['10.0.0.1:4000 ready serving'],
    ],
  ])('%s', (_, spec, item, wanted) => {
    expect(expected(service(spec), [item]).map(text)).toEqual(wanted)
  })

  test('publishes every address where it is told to, also of nodes that are gone', () => {
    const pods = [
      pod('a', '10.0.0.1', { status: notReady }),
      pod('b', '10.0.0.2', { meta: deleting }),
      pod('c', '10.0.0.3', { spec: { nodeName: 'n9' } }),
    ]
    expect(expected(service({ ...web, publishNotReadyAddresses: true }), pods).map(text)).toEqual([
      '10.0.0.1:8080 ready',
      '10.0.0.2:8080 ready serving terminating',
      '10.0.0.3:8080 ready serving',
    ])
  })

  test('keeps the families of a dual-stack Service apart', () => {
    const both = pod('a', '', { status: { podIPs: [{ ip: 'fd00::1' }, { ip: '10.0.0.1' }] } })
    const single = pod('b', '10.0.0.2')
    const dual = service({ ...web, ipFamilies: ['IPv4', 'IPv6'] })
    expect(expected(dual, [both, single]).map(text)).toEqual([
      '10.0.0.1:8080 ready serving',
      '10.0.0.2:8080 ready serving',
    ])
    expect(expected(dual, [both, single], 'IPv6').map(text)).toEqual(['fd00::1:8080 ready serving'])
    expect(expected(service({ ...web, clusterIP: 'fd00::a' }), [both]).map(text)).toEqual([
      'fd00::1:8080 ready serving',
    ])
  })

  test.each([
    ['PreferClose', { forZones: [{ name: 'east' }], forNodes: [] }],
    ['PreferSameZone', { forZones: [{ name: 'east' }], forNodes: [] }],
    ['PreferSameNode', { forZones: [{ name: 'east' }], forNodes: [{ name: 'n1' }] }],
    ['Nonsense', undefined],
  ])('hints for the traffic distribution %s, for ready endpoints only', (trafficDistribution, hints) => {
    const pods = [pod('a', '10.0.0.1'), pod('b', '10.0.0.2', { status: notReady })]
    const found = expected(service({ ...web, trafficDistribution }), pods)
    expect(found.map((endpoint) => endpoint.hints)).toEqual([hints, undefined])
  })

  test('leaves the hints of the topology annotation to the controller', () => {
    const annotations = { 'service.kubernetes.io/topology-mode': 'Auto' }
    const aware = service({ ...web, trafficDistribution: 'PreferClose' }, 'web', { annotations })
    expect(expected(aware, [pod('a', '10.0.0.1')])[0]?.hints).toBeUndefined()
  })
})

/** Everything that kube-proxy uses of an endpoint. */
const used = (endpoint: Endpoint): string =>
  [
    text(endpoint),
    endpoint.port?.name,
    endpoint.podName,
    endpoint.nodeName,
    endpoint.zone,
    JSON.stringify(endpoint.hints),
  ].join(' ')

describe.each(recordings)('%s', (path) => {
  test('has the slices that are expected of its pods', () => {
    const snapshot = recording(path)
    const observed = Network.of(snapshot)
    const namespaces = observed.inventory.namespacesOf('Service')
    const computed = observed.with({ put: [], remove: [] }, namespaces)
    const services = observed.inventory.list('Service').items.filter((item) => {
      const slices = observed.services.slices(item).items
      const isManaged = slices.every(
        ({ metadata }) => metadata.labels[managedByLabel] === 'endpointslice-controller.k8s.io',
      )
      return selectorOf(item) !== undefined && isManaged
    })
    for (const item of services) {
      const found = observed.services.endpoints(item).items.map(used).sort()
      expect(computed.services.endpoints(item).items.map(used).sort(), item.metadata.name).toEqual(found)
    }
    expect(services.length).toBeGreaterThan(0)
  })
})
