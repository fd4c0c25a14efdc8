import { expect } from 'vitest'
import { onList } from '../handlers.ts'
import { status } from '../server.ts'
import { type Fault, first, gap, oncePerPath, right } from './fault.ts'

const tooMany = (seconds: string) =>
  status(429, 'TooManyRequests', 'please slow down', { 'retry-after': seconds })
const unavailable = status(503, 'ServiceUnavailable', 'apiserver is shutting down')
const isSliceList = (path: string): boolean => path.endsWith('/endpointslices')

export const statusFaults: readonly Fault[] = [
  {
    name: '404 as plain text for one kind',
    arrange: () => ({
      handlers: [onList('EndpointSlice', () => ({ status: 404, text: '404 page not found\n' }))],
    }),
    end: gap({
      kind: 'EndpointSlice',
      why: 'failed',
      detail: expect.stringContaining('does not know its list'),
    }),
  },
  {
    name: "404 of something before the server, which is no proof that a kind isn't served",
    arrange: () => ({
      handlers: [
        ({ path }) => (path === '/apis' ? status(403, 'Forbidden', 'no') : undefined),
        onList('HTTPRoute', () => ({
          status: 404,
          text: '<html>nothing here</html>',
          headers: { 'content-type': 'text/html' },
        })),
      ],
    }),
    end: gap(
      { kind: 'HTTPRoute', why: 'failed', detail: expect.stringContaining('before the API server') },
      'none',
    ),
  },
  {
    name: '404 as plain text for everything',
    arrange: () => ({ handlers: [() => ({ status: 404, text: '404 page not found\n' })] }),
    end: { is: 'error', code: 'NOT_KUBERNETES', message: /answers \/apis \(404\)/ },
  },
  {
    name: '429 with Retry-After at the first request of each list',
    arrange: () => ({
      handlers: [
        onList(
          'Pod',
          first(1, () => tooMany('2')),
        ),
        oncePerPath(onList('Service', () => tooMany('1'))),
      ],
    }),
    end: right,
    also: ({ clock }) => expect([...clock.sleeps].sort()).toEqual([1_000, 2_000]),
  },
  {
    name: '429 with Retry-After for ever',
    arrange: () => ({ handlers: [onList('EndpointSlice', () => tooMany('1'))] }),
    end: gap({
      kind: 'EndpointSlice',
      why: 'failed',
      detail: 'the server answered 429: please slow down',
    }),
    also: ({ server, clock }) => {
      expect(server.requests.filter(({ path }) => isSliceList(path))).toHaveLength(4)
      expect(clock.sleeps).toEqual([1_000, 1_000, 1_000])
    },
  },
  {
    name: '429 with a Retry-After of an hour',
    arrange: () => ({ handlers: [onList('EndpointSlice', () => tooMany('3600'))] }),
    end: gap({ kind: 'EndpointSlice', why: 'failed' }),
    also: ({ clock }) => expect(clock.sleeps).toEqual([]),
  },
  {
    name: '429 with a Retry-After beyond --request-timeout',
    arrange: () => ({
      handlers: [onList('EndpointSlice', () => tooMany('4'))],
      session: { flags: { requestTimeout: '10s' } },
    }),
    end: gap({ kind: 'EndpointSlice', why: 'failed' }),
    also: ({ clock }) => expect(clock.sleeps).toEqual([4_000, 4_000]),
  },
  {
    name: '500 for one kind',
    arrange: () => ({
      handlers: [onList('EndpointSlice', () => status(500, 'InternalError', 'etcdserver: no leader'))],
    }),
    end: gap({
      kind: 'EndpointSlice',
      why: 'failed',
      detail: 'the server answered 500: etcdserver: no leader',
    }),
    also: ({ server }) => {
      expect(server.requests.filter(({ path }) => isSliceList(path))).toHaveLength(1)
    },
  },
  {
    name: '503 that passes',
    arrange: () => ({ handlers: [first(8, () => unavailable)] }),
    end: right,
    also: ({ clock }) => expect(Math.max(...clock.sleeps)).toBeLessThanOrEqual(1_000),
  },
  {
    name: '503 for one kind, for ever',
    arrange: () => ({ handlers: [onList('Pod', () => unavailable)] }),
    end: gap({ kind: 'Pod', why: 'failed', detail: expect.stringContaining('503') }),
  },
  {
    name: '503 for everything, for ever',
    arrange: () => ({ handlers: [() => unavailable] }),
    end: { is: 'error', code: 'NOTHING_READ', message: /context test.*503: apiserver is shutting down/ },
    // One for each kind, discovery and version, and the repetitions of a session.
    also: ({ server }) => expect(server.requests.length).toBeLessThanOrEqual(50 + 50),
  },
  {
    name: '500 for discovery',
    arrange: () => ({
      handlers: [({ path }) => (path === '/apis' ? status(500, 'InternalError', 'no') : undefined)],
    }),
    end: right,
  },
]
