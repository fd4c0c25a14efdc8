import { expect, test } from 'vitest'
import { Network } from '../../../src/network/network.ts'
import { parseRequest } from '../../../src/network/routes/request.ts'
import { manifestCoverage } from '../../../src/snapshot/files/coverage.ts'
import { parseObject } from '../../../src/snapshot/kinds/kinds.ts'
import type { Gap } from '../../../src/snapshot/snapshot.ts'

type Json = Readonly<Record<string, unknown>>

const api = 'gateway.networking.k8s.io/v1'
const metadata = (name: string) => ({ name, namespace: 'shop' })

const gatewayClass = {
  apiVersion: api,
  kind: 'GatewayClass',
  metadata: { name: 'edge' },
  spec: { controllerName: 'example.com/own' },
}

const gateway = (...listeners: readonly Json[]) => ({
  apiVersion: api,
  kind: 'Gateway',
  metadata: metadata('web'),
  spec: { gatewayClassName: 'edge', listeners },
})

const listener = (name: string, more: Json = {}) => ({ name, port: 80, protocol: 'HTTP', ...more })

const route = (name: string, spec: Json, kind = 'HTTPRoute') => ({
  apiVersion: api,
  kind,
  metadata: metadata(name),
  spec: { parentRefs: [{ name: 'web' }], rules: [{ backendRefs: [{ name, port: 80 }] }], ...spec },
})

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: metadata(name),
  spec: { selector: { app: name }, ports: [{ port: 80 }] },
})

function worldOf(objects: readonly Json[], gaps: readonly Gap[] = []): Network {
  const all = manifestCoverage(true)
  const taken = new Set<string>(gaps.map(({ kind }) => kind))
  const kinds = Object.fromEntries(Object.entries(all.kinds).filter(([kind]) => !taken.has(kind)))
  return Network.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects: [gatewayClass, ...objects].flatMap((object) => parseObject(object) ?? []),
    coverage: { ...all, kinds, gaps },
    observations: [],
  })
}

/** Who takes a request in the end, or the reason why nobody does. */
function taker(url: string, network: Network): string {
  const request = parseRequest(url)
  const [answer] = request === undefined ? [] : network.routes.gateway.answers(request).items
  if (answer === undefined) return 'nobody'
  const { outcome } = answer
  return outcome.is === 'ends'
    ? outcome.end.reason
    : outcome.backends.map(({ backend }) => backend.service).join()
}

test('the most specific listener takes a request, and its routes alone', () => {
  const network = worldOf([
    gateway(listener('any'), listener('shop', { hostname: 'shop.test' })),
    route('a', { parentRefs: [{ name: 'web', sectionName: 'any' }] }),
    route('b', { parentRefs: [{ name: 'web', sectionName: 'shop' }], rules: [rule('b', '/b')] }),
    ...[service('a'), service('b')],
  ])
  expect(taker('http://other.test/b', network)).toBe('a')
  expect(taker('http://shop.test/b', network)).toBe('b')
  expect(taker('http://shop.test/', network)).toBe('no-match')
})

const rule = (name: string, value: string, type = 'PathPrefix') => ({
  matches: [{ path: { type, value } }],
  backendRefs: [{ name, port: 80 }],
})

test('an expression that may or may not match leaves it open who takes a request, unless another goes before', () => {
  const network = worldOf([
    gateway(listener('any')),
    route('a', { hostnames: ['shop.test'], rules: [rule('a', '/v[0-9]+', 'RegularExpression')] }),
    route('b', { hostnames: ['shop.test'], rules: [rule('b', '/v1/x', 'Exact')] }),
    ...[service('a'), service('b')],
  ])
  expect(taker('http://shop.test/v1', network)).toBe('a')
  expect(taker('http://shop.test/v1/y', network)).toBe('not-evaluated')
  expect(taker('http://shop.test/v1/x', network)).toBe('b')
})

test('the oldest of equal routes takes a request, then the first by name', () => {
  const dated = (name: string, creationTimestamp: string) => {
    const made = route(name, { hostnames: ['shop.test'] })
    return { ...made, metadata: { ...made.metadata, creationTimestamp } }
  }
  const young = dated('a', '2026-01-01T10:00:00Z')
  const old = dated('b', '2025-01-01T10:00:00Z')
  const services = [service('a'), service('b')]
  expect(taker('http://shop.test/', worldOf([gateway(listener('any')), young, old, ...services]))).toBe('b')
  const same = dated('b', '2026-01-01T10:00:00Z')
  expect(taker('http://shop.test/', worldOf([gateway(listener('any')), same, young, ...services]))).toBe('a')
})

test('TLS that is passed through goes by the server name', () => {
  const network = worldOf([
    gateway({ name: 'tls', port: 443, protocol: 'TLS', tls: { mode: 'Passthrough' } }),
    route('a', { hostnames: ['a.test'] }, 'TLSRoute'),
    route('b', { hostnames: ['*.test'] }, 'TLSRoute'),
    ...[service('a'), service('b')],
  ])
  expect(taker('https://a.test/', network)).toBe('a')
  expect(taker('https://other.test/', network)).toBe('b')
  expect(taker('https://other.example/', network)).toBe('no-match')
})

test('routes that may not be read leave everything open', () => {
  const gaps: readonly Gap[] = [{ kind: 'HTTPRoute', why: 'forbidden' }]
  expect(taker('http://shop.test/', worldOf([gateway(listener('any'))], gaps))).toBe('not-read')
})

test('a condition of an older generation is no evidence', () => {
  const written = (observedGeneration: number) => ({
    ...route('a', { hostnames: ['shop.test'] }),
    metadata: { ...metadata('a'), generation: 2 },
    status: {
      parents: [
        {
          parentRef: { name: 'web' },
          controllerName: 'example.com/own',
          conditions: [{ type: 'Accepted', status: 'False', reason: 'UnsupportedValue', observedGeneration }],
        },
      ],
    },
  })
  const world = (generation: number) => worldOf([gateway(listener('any')), written(generation), service('a')])
  expect(taker('http://shop.test/', world(1))).toBe('a')
  expect(taker('http://shop.test/', world(2))).toBe('no-match')
})

test('the example of a route is a request that a listener of it takes', () => {
  const network = worldOf([
    gateway(
      listener('wild', { port: 8080, hostname: '*.shop.test' }),
      listener('other', { hostname: 'b.example' }),
    ),
    route('a', { hostnames: ['*.test', 'b.example'] }),
    service('a'),
  ])
  const examples = network.routes.in('shop').items.map(({ example }) => `${example?.host}:${example?.port}`)
  expect(examples).toEqual(['any.shop.test:8080', 'b.example:80'])
})
