import { expect } from 'vitest'
import { record } from '../../../src/snapshot/kinds/json.ts'
import { kindNames } from '../../../src/snapshot/kinds/kinds.ts'
import type { ApiObject } from '../collections.ts'
import { onList } from '../handlers.ts'
import { pageSize, recorded } from '../recorded-cluster.ts'
import { type Handler, status } from '../server.ts'
import type { Store } from '../store.ts'
import type { Reply } from '../wire.ts'
import { type Fault, gap, right } from './fault.ts'

/** Answers every page of the slices but the first. */
const laterPages = (answer: () => Reply): Handler =>
  onList('EndpointSlice', ({ query }) => (query.has('continue') ? answer() : undefined))

const expired = status(410, 'Expired', 'The provided continue parameter is too old')

/** Changes the cluster while a list of this kind is read: before each of its later pages. */
const whilePaging = (kind: string, change: () => void): Handler =>
  onList(kind, ({ query }) => {
    if (query.has('continue')) change()
    return undefined
  })

function withRevision(store: Store, revision: string): Handler {
  return (request) => {
    const page = record(store.handler(request)?.json)
    return { json: { ...page, metadata: { ...record(page['metadata']), resourceVersion: revision } } }
  }
}

const pods = recorded.filter(({ kind }) => kind === 'Pod')

/** A pod that was not there before, and concerns nobody. */
const newPod = (number: number): ApiObject => ({
  kind: 'Pod',
  metadata: { name: `new-${number}`, namespace: 'default' },
  spec: { containers: [] },
})

export const pageFaults: readonly Fault[] = [
  {
    name: '410 in the middle of a list',
    arrange: (store) => {
      let pages = 0
      return {
        handlers: [
          whilePaging('Pod', () => {
            if (pages++ > 0) return
            store.change('ADDED', newPod(1))
            store.compact()
          }),
        ],
      }
    },
    end: right,
    also: ({ server }) => {
      const asked = server.requests.filter(({ path }) => path === '/api/v1/pods')
      expect(asked.map(({ query }) => query.has('limit'))).toEqual([true, true, false])
    },
  },
  {
    name: '410 again and again',
    arrange: () => ({ handlers: [onList('EndpointSlice', () => expired)] }),
    end: gap({ kind: 'EndpointSlice', why: 'failed', detail: expect.stringContaining('changed twice') }),
  },
  {
    name: 'a list that changes while it is paged',
    arrange: (store) => {
      let added = 0
      return {
        handlers: [
          whilePaging('Pod', () => {
            const [gone] = pods
            if (added === 0 && gone !== undefined) store.change('DELETED', gone)
            store.change('ADDED', newPod(++added))
          }),
        ],
      }
    },
    // All pages are of the moment of the first.
    end: right,
  },
  {
    name: 'pages of two revisions',
    arrange: (store) => ({
      handlers: [
        onList('Pod', (request) =>
          request.query.has('continue') ? withRevision(store, '7')(request) : undefined,
        ),
      ],
    }),
    end: right,
    also: ({ server }) => {
      const asked = server.requests.filter(({ path }) => path === '/api/v1/pods')
      expect(asked.map(({ query }) => query.has('limit'))).toEqual([true, true, false])
    },
  },
  {
    name: 'a page that comes again and again',
    arrange: (store) => ({
      handlers: [
        onList('EndpointSlice', (request) => {
          const query = new URLSearchParams(request.query)
          query.delete('continue')
          return store.handler({ ...request, query })
        }),
      ],
    }),
    end: gap({ kind: 'EndpointSlice', why: 'partial', detail: expect.stringContaining('repeated a page') }),
  },
  {
    name: '500 at a later page',
    arrange: () => ({ handlers: [laterPages(() => status(500, 'InternalError', 'no leader'))] }),
    end: gap({
      kind: 'EndpointSlice',
      why: 'partial',
      detail: 'the list broke off after 3 objects: the server answered 500: no leader',
    }),
  },
  {
    name: '500 at the later pages of every list: no Service selects nothing for that',
    arrange: () => ({
      handlers: [
        ({ query }) => (query.has('continue') ? status(500, 'InternalError', 'no leader') : undefined),
      ],
    }),
    end: {
      is: 'gaps',
      gaps: kindNames
        .filter((kind) => recorded.filter((object) => object.kind === kind).length > pageSize)
        .map((kind) => ({ kind, why: 'partial' })),
      // The ways that are left come through Ingresses whose class does not exist: that list is whole.
      unknown: 'none',
    },
  },
  {
    name: 'a later page that is cut JSON',
    arrange: () => ({
      handlers: [
        laterPages(() => ({ text: '{"items": [', headers: { 'content-type': 'application/json' } })),
      ],
    }),
    end: gap({ kind: 'EndpointSlice', why: 'partial' }),
  },
  {
    name: 'a later page of another kind',
    arrange: () => ({ handlers: [laterPages(() => ({ json: { kind: 'ServiceList', items: [] } }))] }),
    end: gap({ kind: 'EndpointSlice', why: 'partial' }),
  },
]
