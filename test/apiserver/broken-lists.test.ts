import { describe, expect, it } from 'vitest'
import { lists, onList } from './handlers.ts'
import { type Handler, status } from './server.ts'
import { names, objects, read, usual } from './small-cluster.ts'

describe('a list that breaks off', () => {
  const secondPage = (answer: ReturnType<Handler>): Handler =>
    onList('Pod', ({ query }) => (query.has('continue') ? answer : undefined))

  it.each([
    ['an error', status(500, 'InternalError', 'etcd is sad')],
    ['a body that is no JSON', { text: '{"items": [' }],
    ['another kind', { json: { kind: 'ServiceList', items: [] } }],
    ['a refusal', status(403, 'Forbidden', 'no more')],
  ])('with %s is never taken for a whole one', async (_what, answer) => {
    const { snapshot } = await read([secondPage(answer), ...usual])
    expect(names(snapshot, 'Pod')).toHaveLength(500)
    expect(snapshot.coverage.kinds.Pod).toBeUndefined()
    expect(snapshot.coverage.gaps).toMatchObject([{ kind: 'Pod', why: 'partial' }])
  })

  it('because its token expired is read once more in one page', async () => {
    const { server, snapshot } = await read([secondPage(status(410, 'Expired', 'too old')), ...usual])
    expect(names(snapshot, 'Pod')).toHaveLength(1_234)
    expect(snapshot.coverage.kinds.Pod).toEqual({ namespaces: 'all', depth: 'full' })
    const pods = server.requests.filter(({ path }) => path === '/api/v1/pods')
    expect(pods.map(({ query }) => [query.get('limit'), query.has('continue')])).toEqual([
      ['500', false],
      ['500', true],
      [null, false],
    ])
  })

  it('because the server repeats itself ends', async () => {
    const again = lists(objects, 500)
    const endless = onList('Pod', (request) => {
      const query = new URLSearchParams(request.query)
      query.delete('continue')
      return again({ ...request, query })
    })
    const { snapshot } = await read([endless, ...usual])
    expect(snapshot.coverage.gaps).toMatchObject([{ kind: 'Pod', why: 'partial' }])
  })

  it('at the first page is a gap and leaves the other kinds alone', async () => {
    const { snapshot } = await read([
      onList('Ingress', () => status(503, 'ServiceUnavailable', 'later')),
      ...usual,
    ])
    expect(snapshot.coverage.gaps).toMatchObject([
      { kind: 'Ingress', why: 'failed', detail: 'the server answered 503: later' },
    ])
    expect(snapshot.coverage.kinds.Service).toBeDefined()
  })

  it('with an item that cannot be understood is partial', async () => {
    const odd = onList('Service', () => ({
      json: { kind: 'ServiceList', items: [{ metadata: { name: 'a' } }, { metadata: {} }] },
    }))
    const { snapshot } = await read([odd, ...usual])
    expect(names(snapshot, 'Service')).toEqual(['a'])
    expect(snapshot.coverage.gaps).toMatchObject([{ kind: 'Service', why: 'partial' }])
  })
})
