import { expect, it } from 'vitest'
import type { ApiObject } from './collections.ts'
import type { ApiRequest } from './server.ts'
import { Store } from './store.ts'
import type { Reply } from './wire.ts'

const pod = (name: string): ApiObject => ({ kind: 'Pod', metadata: { name, namespace: 'shop' } })

function ask(store: Store, query: string): Reply | undefined {
  const request: ApiRequest = {
    method: 'GET',
    path: '/api/v1/namespaces/shop/pods',
    query: new URLSearchParams(query),
    headers: {},
    clientName: undefined,
    httpVersion: '2.0',
  }
  return store.handler(request)
}

const names = (reply: Reply | undefined): unknown => JSON.parse(JSON.stringify(reply?.json)).items

it('lists pages of one revision, and forgets them when it is compacted', () => {
  const store = new Store([pod('a'), pod('b'), pod('c')])
  const first = JSON.parse(JSON.stringify(ask(store, 'limit=2')?.json))
  expect(first.items).toHaveLength(2)
  store.change('DELETED', pod('c'))
  const second = ask(store, `limit=2&continue=${first.metadata.continue}`)
  expect(names(second)).toMatchObject([{ metadata: { name: 'c' } }])
  store.compact()
  expect(ask(store, `limit=2&continue=${first.metadata.continue}`)?.status).toBe(410)
  expect(names(ask(store, ''))).toHaveLength(2)
})

it('watches from a revision on, with bookmarks, and tells when that is too old', async () => {
  const store = new Store([pod('a')])
  const since = store.revision
  store.change('ADDED', pod('b'))
  const watch = ask(store, `watch=true&resourceVersion=${since}&allowWatchBookmarks=true`)
  const events = watch?.parts?.[Symbol.asyncIterator]()
  const next = async (): Promise<unknown> => JSON.parse((await events?.next())?.value)
  expect(await next()).toMatchObject({ type: 'ADDED', object: { kind: 'Pod', metadata: { name: 'b' } } })
  expect(await next()).toMatchObject({
    type: 'BOOKMARK',
    object: { metadata: { resourceVersion: String(since + 1) } },
  })
  const waiting = next()
  store.change('DELETED', pod('a'))
  expect(await waiting).toMatchObject({ type: 'DELETED', object: { metadata: { name: 'a' } } })
  store.compact()
  expect(JSON.parse(ask(store, `watch=true&resourceVersion=${since}`)?.text ?? '')).toMatchObject({
    type: 'ERROR',
    object: { code: 410, reason: 'Expired' },
  })
})
