import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { onList } from '../handlers.ts'
import type { Handler } from '../server.ts'
import type { Reply, WireFault } from '../wire.ts'
import { type Fault, first, gap, oncePerPath, right } from './fault.ts'

const hasty = { flags: { requestTimeout: '400ms' } }

/** The right answer with something wrong on its way. */
const spoiled =
  (handler: Handler, more: (reply: Reply) => Partial<Reply>): Handler =>
  (request) => {
    const reply = handler(request)
    return reply && { ...reply, ...more(reply) }
  }

const slicesWith = (handler: Handler, wire: WireFault): Handler =>
  onList(
    'EndpointSlice',
    spoiled(handler, () => ({ wire })),
  )

const zipped = (handler: Handler, cut: number): Handler =>
  spoiled(handler, ({ json }) => {
    const bytes = gzipSync(JSON.stringify(json))
    return { bytes: bytes.subarray(0, bytes.length - cut), headers: { 'content-encoding': 'gzip' } }
  })

export const wireFaults: readonly Fault[] = [
  {
    name: 'a hang before the header, for one kind',
    arrange: ({ handler }) => ({ handlers: [slicesWith(handler, 'hang')], session: hasty }),
    end: gap({
      kind: 'EndpointSlice',
      why: 'failed',
      detail: expect.stringMatching(/did not answer within 0\.4 s: .*--request-timeout/),
    }),
  },
  {
    name: 'a hang before the header, for all lists',
    arrange: ({ handler }) => ({
      handlers: [spoiled(handler, () => ({ wire: 'hang' }))],
      session: hasty,
    }),
    end: { is: 'error', code: 'NOTHING_READ', message: /did not answer/ },
    // Six at once, and then it is given up: not six more, and six more.
    also: ({ server }) => {
      const isList = (path: string): boolean => path !== '/apis' && path !== '/version'
      expect(server.requests.filter(({ path }) => isList(path)).length).toBeLessThanOrEqual(12)
    },
  },
  {
    name: 'a hang before the header, for everything',
    arrange: () => ({ handlers: [() => ({ wire: 'hang' })], session: hasty }),
    end: {
      is: 'error',
      code: 'REQUEST_TIMEOUT',
      message: /127\.0\.0\.1:\d+ \(context test\) did not answer within/,
    },
  },
  {
    name: 'a body that stops half-way, once',
    arrange: ({ handler }) => ({ handlers: [first(1, slicesWith(handler, 'cut'))] }),
    end: right,
    also: ({ clock }) => expect(clock.sleeps.length).toBeGreaterThan(0),
  },
  {
    name: 'a body that stops half-way, always',
    arrange: ({ handler }) => ({ handlers: [slicesWith(handler, 'cut')] }),
    end: gap({
      kind: 'EndpointSlice',
      why: 'failed',
      detail: expect.stringContaining('broke the connection off'),
    }),
    also: ({ server }) =>
      expect(server.requests.filter(({ path }) => path.endsWith('/endpointslices'))).toHaveLength(4),
  },
  {
    name: 'a connection reset, once for each list',
    arrange: ({ handler }) => ({
      handlers: [
        oncePerPath(slicesWith(handler, 'reset')),
        oncePerPath(onList('Pod', () => ({ wire: 'reset' }))),
      ],
    }),
    end: right,
  },
  {
    name: 'a connection reset at every later page',
    arrange: () => ({
      handlers: [
        onList('EndpointSlice', ({ query }) => (query.has('continue') ? { wire: 'reset' } : undefined)),
      ],
    }),
    end: gap({ kind: 'EndpointSlice', why: 'partial', detail: expect.stringContaining('after 3 objects') }),
  },
  {
    name: 'a connection reset for everything',
    arrange: () => ({ handlers: [() => ({ wire: 'reset' })] }),
    end: { is: 'error', code: 'CONNECTION_LOST', message: /broke the connection off/ },
    also: ({ clock }) => expect(clock.sleeps.length).toBeLessThanOrEqual(6),
  },
  {
    name: 'one byte a second',
    arrange: ({ handler }) => ({ handlers: [slicesWith(handler, 'trickle')], session: hasty }),
    end: gap({ kind: 'EndpointSlice', why: 'failed', detail: expect.stringContaining('within 0.4 s') }),
  },
  {
    name: 'gzip',
    arrange: ({ handler }) => ({ handlers: [zipped(handler, 0)] }),
    end: right,
  },
  {
    name: 'gzip that is cut',
    arrange: ({ handler }) => ({ handlers: [onList('EndpointSlice', zipped(handler, 20))] }),
    end: gap({ kind: 'EndpointSlice', why: 'failed', detail: expect.stringContaining('gzip') }),
  },
  {
    name: 'a GOAWAY with every third list',
    arrange: ({ handler }) => {
      let lists = 0
      return { handlers: [spoiled(handler, () => (++lists % 3 === 0 ? { wire: 'goaway' } : {}))] }
    },
    end: right,
  },
  {
    name: 'nothing wrong',
    arrange: () => ({}),
    end: right,
  },
]
