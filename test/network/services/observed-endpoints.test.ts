import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../../../src/network/services/endpoint.ts'
import type { KubeObject } from '../../../src/snapshot/kinds/kinds.ts'
import type { Service } from '../../../src/snapshot/kinds/service.ts'
import { json, networkOf, node, parsed, pod, service, slice } from './objects.ts'

function observed(web: Service, others: readonly KubeObject[]): readonly Endpoint[] {
  return networkOf([web, ...others]).services.endpoints(web).items
}

const text = ({ port, address, targetPort, ready, serving, terminating }: Endpoint): string =>
  [
    `${port?.name || '-'} ${address}:${targetPort ?? '-'}`,
    ready && 'ready',
    serving && 'serving',
    terminating && 'terminating',
  ]
    .filter((part) => part !== false)
    .join(' ')

const one = service({ ports: [{ port: 80 }] })
const ports = [{ port: 8080 }]
const endpoint = (address: string, conditions?: unknown) => ({ addresses: [address], conditions })

describe('slices', () => {
  test.each([
    ['no conditions', undefined, '- 10.0.0.1:8080 ready serving'],
    ['empty conditions', {}, '- 10.0.0.1:8080 ready serving'],
    ['null conditions', { ready: null, serving: null, terminating: null }, '- 10.0.0.1:8080 ready serving'],
    [
      'not ready, serving not said',
      { ready: false, terminating: true },
      '- 10.0.0.1:8080 serving terminating',
    ],
    ['not serving', { ready: false, serving: false }, '- 10.0.0.1:8080'],
    ['all said', { ready: true, serving: true, terminating: false }, '- 10.0.0.1:8080 ready serving'],
  ])('%s', (_, conditions, wanted) => {
    const slices = [slice('web-1', { ports, endpoints: [endpoint('10.0.0.1', conditions)] })]
    expect(observed(one, slices).map(text)).toEqual([wanted])
  })

  test.each([
    ['endpoints absent', { ports }],
    ['endpoints null', { ports, endpoints: null }],
    ['ports null', { ports: null, endpoints: [endpoint('10.0.0.1')] }],
    ['a port of another name', { ports: [{ name: 'web', port: 8080 }], endpoints: [endpoint('10.0.0.1')] }],
    [
      'a port of another protocol',
      { ports: [{ port: 8080, protocol: 'UDP' }], endpoints: [endpoint('10.0.0.1')] },
    ],
    ['port 0', { ports: [{ port: 0 }], endpoints: [endpoint('10.0.0.1')] }],
    ['no port number', { ports: [{ name: '' }], endpoints: [endpoint('10.0.0.1')] }],
    ['no address', { ports, endpoints: [{ addresses: [] }] }],
    ['the other family', { addressType: 'IPv6', ports, endpoints: [endpoint('fd00::1')] }],
    ['names', { addressType: 'FQDN', ports, endpoints: [endpoint('a.example.com')] }],
  ])('give kube-proxy nothing: %s', (_, body) => {
    expect(observed(one, [slice('web-1', body)])).toEqual([])
  })

  test('are joined by their label, an address and port counting once', () => {
    const slices = [
      slice('web-1', { ports, endpoints: [endpoint('10.0.0.1'), endpoint('10.0.0.2')] }),
      slice('web-2', { ports, endpoints: [endpoint('10.0.0.2'), endpoint('10.0.0.3')] }),
      slice('other', { ports, endpoints: [endpoint('10.0.0.9')] }, 'other'),
    ]
    expect(observed(one, slices).map(({ address }) => address)).toEqual(['10.0.0.1', '10.0.0.2', '10.0.0.3'])
  })

  test('serve each port by its name, with numbers that may differ from pod to pod', () => {
    const two = service({
      ports: [
        { name: 'http', port: 80 },
        { name: 'dns', port: 53, protocol: 'UDP' },
      ],
    })
    const slices = [
      slice('web-1', {
        ports: [
          { name: 'http', port: 8080, protocol: 'TCP' },
          { name: 'dns', port: 53, protocol: 'UDP' },
        ],
        endpoints: [endpoint('10.0.0.1')],
      }),
      slice('web-2', {
        ports: [{ name: 'http', port: 3000, protocol: 'TCP' }],
        endpoints: [endpoint('10.0.0.2')],
      }),
    ]
    expect(observed(two, slices).map(text)).toEqual([
      'http 10.0.0.1:8080 ready serving',
      'dns 10.0.0.1:53 ready serving',
      'http 10.0.0.2:3000 ready serving',
    ])
  })

  test('of a Service without selector are taken as they were written, by hand or mirrored', () => {
    const target = { kind: 'Pod', name: 'a', namespace: 'shop' }
    const slices = [
      slice('web-1', {
        ports,
        endpoints: [endpoint('192.0.2.1'), { ...endpoint('10.0.0.1'), targetRef: target }],
      }),
    ]
    const found = observed(one, [...slices, pod('a', '10.0.0.1')])
    expect(found.map(({ address, podName, pod: item }) => [address, podName, item?.metadata.name])).toEqual([
      ['192.0.2.1', undefined, undefined],
      ['10.0.0.1', 'a', 'a'],
    ])
  })

  test('stay what they are for a Service without selector in a changed world', () => {
    const slices = [slice('web-1', { ports, endpoints: [endpoint('192.0.2.1')] })]
    const changed = networkOf([one, ...slices]).with({ put: [], remove: [] }, ['shop'])
    expect(changed.services.endpoints(one).items.map(({ address }) => address)).toEqual(['192.0.2.1'])
  })

  test('are computed from pods where they were not read, with the gaps of the pods', () => {
    const web = service({ selector: { app: 'web' }, ports: [{ port: 80, targetPort: 8080 }] })
    const hidden = { kind: 'EndpointSlice', why: 'forbidden' } as const
    const found = networkOf([web, node('n1'), pod('a', '10.0.0.1')], [hidden]).services.endpoints(web)
    expect(found.items.map(text)).toEqual(['- 10.0.0.1:8080 ready serving'])
    expect(found.gaps).toEqual([])
    const both = networkOf([web], [hidden, { kind: 'Pod', why: 'forbidden' }]).services.endpoints(web)
    expect(both.gaps.map(({ kind }) => kind)).toEqual(['Pod'])
    const manual = networkOf([one], [hidden]).services.endpoints(one)
    expect(manual.gaps.map(({ kind }) => kind)).toEqual(['EndpointSlice'])
  })
})

describe('an ExternalName Service', () => {
  test('has no endpoints, whatever selector was left in it', () => {
    const outside = parsed(
      json('Service', 'web', {
        spec: { type: 'ExternalName', externalName: 'example.com', selector: { app: 'web' } },
      }),
    )
    const network = networkOf([outside, pod('a', '10.0.0.1')])
    const [found] = network.services.in('shop').items
    expect(found && network.services.endpoints(found).items).toEqual([])
  })
})
