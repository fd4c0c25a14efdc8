import { describe, expect, it } from 'vitest'
import { kindNames as allKinds, definitionOf, parseObject } from '../../src/snapshot/kinds/kinds.ts'
import { discovery, forbid, lists, oldDiscovery, onList, version, viewIn } from './handlers.ts'
import { type Handler, status } from './server.ts'
import { openSession, startServer } from './session.ts'
import { certificates, listRequests, names, objects, read, usual } from './small-cluster.ts'

/** Kinds that are listed: Secrets are read by name alone. */
const kindNames = allKinds.filter((kind) => definitionOf(kind).isReadByName !== true)

describe('a whole reading', () => {
  it('asks once per kind and page, and projects as files are projected', async () => {
    const { server, snapshot } = await read(usual)
    // 1234 pods are three pages; every other kind is one.
    expect(listRequests(server)).toHaveLength(kindNames.length + 2)
    expect(server.requests.every(({ method }) => method === 'GET')).toBe(true)
    expect(server.requests.filter(({ path }) => path === '/apis')).toHaveLength(1)
    const asFiles = objects
      .filter(({ metadata, kind }) => kind !== 'Event' || metadata.namespace === 'billing')
      .map((object) => parseObject({ ...object, apiVersion: 'v1' }))
    const order = kindNames.map(String)
    expect(snapshot.objects).toEqual(
      asFiles.toSorted((a, b) => order.indexOf(a?.kind ?? '') - order.indexOf(b?.kind ?? '')),
    )
  })

  it('covers every kind, Events only where they were asked for', async () => {
    const { snapshot } = await read(usual)
    expect(Object.keys(snapshot.coverage.kinds)).toEqual(kindNames)
    expect(snapshot.coverage.kinds.Pod).toEqual({ namespaces: 'all', depth: 'full' })
    expect(snapshot.coverage.kinds.Event).toEqual({ namespaces: ['billing'], depth: 'full' })
    expect(names(snapshot, 'Event')).toEqual(['e1'])
    expect(snapshot.coverage.gaps).toEqual([])
    const everywhere = await read(usual, { namespaces: 'all' })
    expect(everywhere.snapshot.coverage.kinds.Event?.namespaces).toBe('all')
    expect(names(everywhere.snapshot, 'Event')).toEqual(['e1', 'e2'])
  })

  it("takes its time from the server's clock and names its source", async () => {
    const dated = lists(objects)
    const { snapshot } = await read([
      discovery(),
      version('v1.36.3'),
      (request) => {
        const reply = dated(request)
        return reply === undefined
          ? undefined
          : { ...reply, headers: { date: 'Mon, 01 Mar 2100 10:00:00 GMT' } }
      },
    ])
    expect(snapshot.takenAt).toBe('2100-03-01T10:00:00Z')
    expect(snapshot.server).toEqual({ context: 'test', version: 'v1.36.3', source: 'context test' })
  })

  it('reports progress up to the last kind', async () => {
    const session = await openSession(await startServer(certificates, usual), certificates)
    const seen: number[] = []
    await session.read({ namespaces: 'all' }, (done, total) => seen.push(done / total))
    expect(seen).toHaveLength(kindNames.length)
    expect(seen.at(-1)).toBe(1)
  })

  it('keeps warnings once, but not those about the versions that we ask for', async () => {
    const warning = ['299 - "policy \\"x\\" is odd"', '299 - "v1 Endpoints is deprecated in v1.33+; use x"']
    const server = await startServer(certificates, [
      onList('Pod', (request) => ({ ...lists(objects)(request), headers: { warning } })),
      ...usual,
    ])
    const session = await openSession(server, certificates)
    await session.read({ namespaces: 'all' }, () => {})
    expect([...session.warnings]).toEqual(['policy "x" is odd'])
  })
})

describe('what the server does not serve', () => {
  it('is known to be empty, and not asked for', async () => {
    const { server, snapshot } = await read([
      discovery({ without: ['HTTPRoute', 'TCPRoute'] }),
      ...usual.slice(1),
    ])
    expect(snapshot.coverage.notServed).toEqual(['HTTPRoute', 'TCPRoute'])
    expect(snapshot.coverage.kinds.HTTPRoute).toBeUndefined()
    expect(snapshot.coverage.gaps).toEqual([])
    expect(listRequests(server).some((path) => path.endsWith('/httproutes'))).toBe(false)
  })

  it('is asked for group by group when the server knows no aggregated discovery', async () => {
    const { server, snapshot } = await read([oldDiscovery(['UDPRoute']), ...usual.slice(1)])
    expect(snapshot.coverage.notServed).toEqual(['UDPRoute'])
    expect(server.requests.some(({ path }) => path === '/apis/example.com/v1')).toBe(false)
  })

  it('is unknown, not empty, when the aggregated API behind it is down', async () => {
    const group = definitionOf('HTTPRoute').group
    const { snapshot } = await read([
      discovery({ stale: [group], without: ['HTTPRoute'] }),
      ...usual.slice(1),
    ])
    expect(snapshot.coverage.notServed).toEqual([])
    expect(snapshot.coverage.gaps).toContainEqual(
      expect.objectContaining({ kind: 'HTTPRoute', why: 'failed' }),
    )
  })

  it('shows in the lists when discovery is forbidden', async () => {
    const closed: Handler = ({ path }) => (path === '/apis' ? status(403, 'Forbidden', 'no') : undefined)
    const noRoutes = onList('HTTPRoute', () => ({ status: 404, text: '404 page not found\n' }))
    const { snapshot } = await read([closed, noRoutes, ...usual.slice(1)])
    expect(snapshot.coverage.notServed).toEqual(['HTTPRoute'])
    expect(snapshot.coverage.kinds.Deployment).toBeDefined()
  })

  it.each(['Service', 'Ingress'])(
    'is never "everything": a 404 for %s, which must be served, is a gap',
    async (kind) => {
      const { snapshot } = await read([
        onList(kind, () => ({ status: 404, text: '404 page not found\n' })),
        ...usual,
      ])
      expect(snapshot.coverage.notServed).toEqual([])
      expect(snapshot.coverage.gaps).toMatchObject([{ kind, why: 'failed' }])
    },
  )
})

describe('what may not be read', () => {
  it('is a gap with the exact missing permission', async () => {
    const { snapshot } = await read([
      forbid(({ kind }) => kind === 'Deployment' || kind === 'Node'),
      ...usual,
    ])
    expect(
      snapshot.coverage.gaps.map(({ kind, namespace, why, permission }) => [
        kind,
        namespace,
        why,
        permission,
      ]),
    ).toEqual([
      ['Deployment', undefined, 'forbidden', 'list deployments.apps at the cluster scope'],
      ['Deployment', 'billing', 'forbidden', 'list deployments.apps in namespace billing'],
      ['Node', undefined, 'forbidden', 'list nodes at the cluster scope'],
    ])
    expect(snapshot.coverage.kinds.Deployment).toBeUndefined()
  })

  it('is read in the wanted namespaces instead: `view` in one namespace', async () => {
    const { server, snapshot } = await read([viewIn('billing'), ...usual])
    const namespaced = kindNames.filter((kind) => definitionOf(kind).namespaced)
    expect(Object.keys(snapshot.coverage.kinds)).toEqual(namespaced)
    expect(snapshot.coverage.kinds.Service).toEqual({ namespaces: ['billing'], depth: 'full' })
    expect(snapshot.coverage.gaps).toContainEqual(
      expect.objectContaining({ kind: 'Service', permission: 'list services at the cluster scope' }),
    )
    expect(names(snapshot, 'Service')).toEqual(['api'])
    expect(names(snapshot, 'Pod')).toHaveLength(617)
    // The Namespace itself may be got, which proves nothing about others.
    expect(names(snapshot, 'Namespace')).toEqual(['billing'])
    expect(snapshot.coverage.gaps).toContainEqual(
      expect.objectContaining({ kind: 'Namespace', why: 'forbidden' }),
    )
    // One refusal and one list a kind (Events are asked for in the namespace at once), a second page of pods, one get.
    expect(listRequests(server)).toHaveLength(kindNames.length + namespaced.length - 1 + 1 + 1)
  })

  it('ends the reading when it is everything, naming user, permission and remedy', async () => {
    await expect(read([forbid(() => true), ...usual])).rejects.toMatchObject({
      code: 'NOTHING_PERMITTED',
      message: expect.stringMatching(
        /"jane" .*list services in namespace billing.*"view" in namespace billing/,
      ),
    })
    await expect(read([viewIn('billing'), ...usual], { namespaces: 'all' })).rejects.toMatchObject({
      code: 'NOTHING_PERMITTED',
      message: expect.stringMatching(/list services at the cluster scope.*-n/),
    })
  })
})

describe('questions beside the reading', () => {
  it('knows whether a namespace exists, or that it cannot know', async () => {
    const secret: Handler = ({ path }) =>
      path.endsWith('/namespaces/secret') ? status(403, 'Forbidden', 'no') : undefined
    const session = await openSession(await startServer(certificates, [secret, ...usual]), certificates)
    expect(
      await Promise.all(['billing', 'nope', 'secret'].map((name) => session.namespaceExists(name))),
    ).toEqual([true, false, undefined])
  })

  it('reads the log of the previous run, or says why not', async () => {
    const logs: Handler = ({ path, query }) => {
      if (path === '/api/v1/namespaces/billing/pods/a/log') {
        return query.get('previous') === 'true' && query.get('tailLines') === '5'
          ? { text: 'one\ntwo\n' }
          : undefined
      }
      if (path.endsWith('/pods/gone/log'))
        return { text: 'unable to retrieve container logs for containerd://023e' }
      if (path.endsWith('/pods/b/log')) return status(403, 'Forbidden', 'no')
      return path.endsWith('/pods/c/log')
        ? status(400, 'BadRequest', 'previous terminated container not found')
        : undefined
    }
    const session = await openSession(await startServer(certificates, [logs]), certificates)
    const log = (name: string) => session.previousLog('billing', name, 'main', 5)
    expect(await log('a')).toEqual({ lines: ['one', 'two'] })
    expect(await log('b')).toMatchObject({
      gap: { why: 'forbidden', permission: 'get pods/log in namespace billing' },
    })
    expect(await log('c')).toMatchObject({
      gap: { why: 'failed', detail: expect.stringContaining('not found') },
    })
    expect(await log('gone')).toMatchObject({ gap: { why: 'failed' } })
    expect(await log('nope')).toMatchObject({ gap: { why: 'failed' } })
  })
})
