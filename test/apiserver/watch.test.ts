import { describe, expect, it, onTestFinished } from 'vitest'
import type { Clock } from '../../src/cluster/clock.ts'
import type { WatchStep } from '../../src/cluster/watch/watch.ts'
import { testClock } from './clock.ts'
import type { ApiObject } from './collections.ts'
import { discovery, onList, version } from './handlers.ts'
import { type ApiServer, type Handler, type Protocol, status } from './server.ts'
import { openSession, startServer } from './session.ts'
import { certificates } from './small-cluster.ts'
import { Store } from './store.ts'

/** Time stands still while nothing happens: a tick never comes, a back-off and the wait for more changes take no time. */
function watchClock(): Clock & { readonly sleeps: readonly number[] } {
  const clock = testClock()
  return {
    ...clock,
    sleeps: clock.sleeps,
    sleep: async (ms, signal) => {
      if (ms === 30_000)
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
      await new Promise((soon) => setImmediate(soon))
      signal.throwIfAborted()
      await clock.sleep(ms, signal)
    },
    deadline: () => ({ signal: new AbortController().signal, clear: () => undefined }),
  }
}

function service(name: string, port = 80): ApiObject {
  return { kind: 'Service', metadata: { name, namespace: 'billing' }, spec: { ports: [{ port }] } }
}

interface Watching {
  readonly server: ApiServer
  readonly store: Store
  readonly clock: ReturnType<typeof watchClock>
  /** Steps until one is wanted. */
  until(isWanted: (step: WatchStep) => boolean): Promise<WatchStep>
}

async function watching(
  handlers: readonly Handler[] = [],
  { protocol = 'h2', store = new Store([service('api')]) }: { protocol?: Protocol; store?: Store } = {},
): Promise<Watching> {
  const server = await startServer(
    certificates,
    [...handlers, discovery(), version('v1.36.3'), store.handler],
    protocol,
  )
  const clock = watchClock()
  const stop = new AbortController()
  const session = await openSession(server, certificates, { clock, signal: stop.signal })
  const snapshot = await session.read({ namespaces: ['billing'] }, () => undefined)
  const steps = session.watch(snapshot)
  onTestFinished(() => stop.abort(new Error('the test is over')))
  return {
    server,
    store,
    clock,
    until: async (isWanted) => {
      for (;;) {
        const { value } = await steps.next()
        if (isWanted(value)) return value
      }
    },
  }
}

const names = ({ snapshot }: WatchStep): readonly string[] =>
  snapshot.objects.filter(({ kind }) => kind === 'Service').map(({ metadata }) => metadata.name)

const watchesOf = ({ requests }: ApiServer): readonly URLSearchParams[] =>
  requests
    .filter(({ path, query }) => path.endsWith('/services') && query.has('watch'))
    .map(({ query }) => query)

const listsOf = ({ requests }: ApiServer): number =>
  requests.filter(({ path, query }) => path.endsWith('/services') && !query.has('watch')).length

describe.each(['http/1.1', 'h2'] as const)('a watch over %s', (protocol) => {
  it('tells what is added, changed and removed, from where the lists ended', async () => {
    const { store, until, server } = await watching([], { protocol })
    store.change('ADDED', service('web'))
    expect(names(await until((step) => step.put.length > 0))).toEqual(['api', 'web'])
    store.change('MODIFIED', service('web', 81))
    const changed = await until((step) => step.put.length > 0)
    expect(changed.put).toMatchObject([{ metadata: { name: 'web' }, spec: { ports: [{ port: 81 }] } }])
    store.change('DELETED', service('api'))
    const removed = await until((step) => step.removed.length > 0)
    expect(names(removed)).toEqual(['web'])
    expect(removed.snapshot.coverage.gaps).toEqual([])
    expect(listsOf(server)).toBe(1)
    expect(watchesOf(server).map((query) => query.get('allowWatchBookmarks'))).toEqual(['true'])
  })
})

describe('a watch', () => {
  it('that ends is resumed after the last bookmark, and nothing is listed again', async () => {
    const store = new Store([service('api')])
    let isFirst = true
    const ends = onList('Service', ({ query }) => {
      if (!query.has('watch') || !isFirst) return undefined
      isFirst = false
      store.change('ADDED', service('web'))
      const object = { kind: 'Service', metadata: { resourceVersion: String(store.revision - 1) } }
      return { text: `${JSON.stringify({ type: 'BOOKMARK', object })}\n` }
    })
    const { server, until } = await watching([ends], { store })
    expect(names(await until((step) => step.put.length > 0))).toEqual(['api', 'web'])
    expect(watchesOf(server).map((query) => query.get('resourceVersion'))).toEqual(['1000', '1000'])
    expect(listsOf(server)).toBe(1)
  })

  it.each<[string, Handler]>([
    ['in the stream', expiredInStream],
    ['as an answer', onList('Service', ({ query }) => (query.has('watch') ? onceGone() : undefined))],
  ])('whose revision is too old (410 %s) lists again and tells the difference', async (_, expired) => {
    gone = false
    const store = new Store([service('api'), service('old')])
    const changeFirst = onList('Service', ({ query }) => {
      if (query.has('watch') && !gone) {
        store.change('DELETED', service('old'))
        store.change('ADDED', service('web'))
      }
      return undefined
    })
    const { server, until } = await watching([changeFirst, expired], { store })
    const step = await until(({ removed }) => removed.length > 0)
    expect(names(step)).toEqual(['api', 'web'])
    expect(step.removed).toMatchObject([{ metadata: { name: 'old' } }])
    expect(listsOf(server)).toBe(2)
  })

  it('that breaks again and again waits longer and longer, and says that it may be behind', async () => {
    let failures = 0
    const broken = onList('Service', ({ query }) =>
      query.has('watch') && failures++ < 4 ? status(500, 'InternalError', 'etcd is down') : undefined,
    )
    const { clock, until } = await watching([broken])
    const stale = await until((step) => step.stale.length > 0)
    expect(stale.stale).toMatchObject([
      { kind: 'Service', why: 'failed', detail: expect.stringContaining('500') },
    ])
    expect(stale.snapshot.coverage.gaps).toHaveLength(1)
    const again = await until((step) => step.stale.length === 0)
    expect(again.snapshot.coverage.gaps).toEqual([])
    // Half by chance: 0.8 s doubled each time.
    expect(clock.sleeps.filter((ms) => ms > 1_000)).toEqual([1_200, 2_400, 4_800, 9_600])
  })

  it('that a proxy ends now and then is resumed, and nobody is told', async () => {
    let times = 0
    const idle = onList('Service', ({ query }) =>
      query.has('watch') && times++ < 3 ? { text: '' } : undefined,
    )
    const { store, until, server } = await watching([idle])
    store.change('ADDED', service('web'))
    const seen: number[] = []
    const step = await until(({ put, stale }) => seen.push(stale.length) > 0 && put.length > 0)
    expect(names(step)).toEqual(['api', 'web'])
    expect(seen.every((stale) => stale === 0)).toBe(true)
    expect(listsOf(server)).toBe(1)
  })

  it('that is cut off in a line takes nothing from it, and goes on before it', async () => {
    let isFirst = true
    const cut = onList('Service', ({ query }) => {
      if (!query.has('watch') || !isFirst) return undefined
      isFirst = false
      return { text: '{"type":"ADDED","object":{"metadata":{"name":"half","namesp' }
    })
    const store = new Store([service('api')])
    const { until, server } = await watching([cut], { store })
    store.change('ADDED', service('web'))
    expect(names(await until((step) => step.put.length > 0))).toEqual(['api', 'web'])
    expect(watchesOf(server).map((query) => query.get('resourceVersion'))).toEqual(['1000', '1000'])
  })

  it('that is forbidden, where lists are not, lists from time to time', async () => {
    const refuse = onList('Service', ({ query }) =>
      query.has('watch') ? status(403, 'Forbidden', 'cannot watch services') : undefined,
    )
    const { store, until } = await watching([refuse])
    store.change('ADDED', service('web'))
    expect(names(await until((step) => names(step).length > 1))).toEqual(['api', 'web'])
  })

  it('of what may no longer be read forgets it: a gap, not an empty list', async () => {
    let isRevoked = false
    const revoked = onList('Service', ({ query }) => {
      if (query.has('watch')) {
        isRevoked = true
        return status(410, 'Expired', 'too old')
      }
      return isRevoked ? status(403, 'Forbidden', 'no more') : undefined
    })
    const { until } = await watching([revoked])
    const { snapshot } = await until((step) => step.removed.length > 0)
    expect(snapshot.coverage.gaps).toMatchObject([{ kind: 'Service', why: 'forbidden' }])
    expect(snapshot.coverage.kinds.Service).toBeUndefined()
  })
})

let gone = false

function onceGone() {
  if (gone) return undefined
  gone = true
  return status(410, 'Expired', 'too old resource version')
}

function expiredInStream(request: Parameters<Handler>[0]): ReturnType<Handler> {
  return onList('Service', ({ query }) => {
    if (!query.has('watch') || gone) return undefined
    gone = true
    const { json } = status(410, 'Expired', 'too old resource version')
    return { text: `${JSON.stringify({ type: 'ERROR', object: json })}\n` }
  })(request)
}
