// Serves a generated cluster over TLS on loopback: `node bench/api-server.ts FOLDER`. Prints its port on standard output.
import { createReadStream, readFileSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { definitionOf, type KindName, kindNames } from '../src/snapshot/kinds/kinds.ts'
import type { ClusterIndex, KindIndex } from './world/cluster.ts'
import { takenAt } from './world/metadata.ts'

const [folder = '.'] = process.argv.slice(2)
const index: ClusterIndex = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'))
const none: KindIndex = { starts: [], ends: [], namespaces: {} }
let sentBytes = 0

const server = createServer(
  { cert: readFileSync(join(folder, 'server.crt')), key: readFileSync(join(folder, 'server.key')) },
  (request, response) => {
    const url = new URL(request.url ?? '/', 'https://localhost')
    response.sendDate = false
    response.setHeader('date', new Date(takenAt).toUTCString())
    if (url.pathname === '/bench/bytes') return sendJson(response, takeBytes())
    if (url.pathname === '/version') return sendJson(response, { gitVersion: 'v1.36.3' })
    if (url.pathname === '/apis') return sendJson(response, discovery())
    const collection = collectionOf(url.pathname)
    if (collection === undefined) return sendStatus(response, 404)
    return sendPage(response, collection, url.searchParams)
  },
)
// On a busy machine a page may take longer than any limit that is meant for clients.
server.requestTimeout = 0
server.keepAliveTimeout = 0
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo
  process.stdout.write(`${port}\n`)
})

function takeBytes(): { bytes: number } {
  const bytes = sentBytes
  sentBytes = 0
  return { bytes }
}

interface Collection {
  readonly kind: KindName
  readonly namespace: string | undefined
}

function collectionOf(path: string): Collection | undefined {
  const match =
    /^(?:\/api|\/apis\/(?<group>[^/]+))\/(?<version>[^/]+)(?:\/namespaces\/(?<namespace>[^/]+))?\/(?<plural>[^/]+)$/.exec(
      path,
    )
  const { group = '', namespace, plural } = match?.groups ?? {}
  const kind = kindNames.find(
    (name) => definitionOf(name).plural === plural && definitionOf(name).group === group,
  )
  return kind === undefined ? undefined : { kind, namespace }
}

/** A page is a range of the kind's file between a head and a tail. */
function sendPage(response: ServerResponse, { kind, namespace }: Collection, query: URLSearchParams): void {
  const { starts, ends, namespaces } = index.kinds[kind] ?? none
  const [first, after] = namespace === undefined ? [0, starts.length] : (namespaces[namespace] ?? [0, 0])
  // Nothing serves routes in the generated clusters, and nothing else is selected by a set of labels.
  const isEmptySet = query.get('labelSelector')?.includes(' in (') === true
  const from = isEmptySet ? after : Number(query.get('continue') ?? first)
  const to = Math.min(after, from + Number(query.get('limit') ?? after))
  const metadata =
    to < after
      ? { resourceVersion: '123456', continue: String(to), remainingItemCount: after - to }
      : { resourceVersion: '123456' }
  const head = `{"kind":"${definitionOf(kind).apiKind ?? kind}List","apiVersion":"${apiVersionOf(kind)}","metadata":${JSON.stringify(metadata)},"items":[`
  const start = starts[from] ?? 0
  const end = ends[to - 1] ?? 0
  const isEmpty = to <= from
  const length = head.length + (isEmpty ? 0 : end - start) + 2
  sentBytes += length
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': length })
  response.write(head)
  if (isEmpty) {
    response.end(']}')
    return
  }
  const items = createReadStream(join(folder, `${kind}.json`), {
    start,
    end: end - 1,
    highWaterMark: 1 << 20,
  })
  items.on('end', () => response.end(']}'))
  items.pipe(response, { end: false })
}

function sendJson(response: ServerResponse, json: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json))
}

function sendStatus(response: ServerResponse, code: number): void {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code }
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(status))
}

function apiVersionOf(kind: KindName): string {
  const { group, versions } = definitionOf(kind)
  return group === '' ? 'v1' : `${group}/${versions[0]}`
}

/** Aggregated discovery of every kind that the program reads. */
function discovery(): unknown {
  const groups = Map.groupBy(kindNames.map(definitionOf), ({ group }) => group)
  groups.delete('')
  return {
    kind: 'APIGroupDiscoveryList',
    items: [...groups].map(([name, definitions]) => ({
      metadata: { name },
      versions: [...new Set(definitions.map(({ versions }) => versions[0]))].map((version) => ({
        version,
        freshness: 'Current',
        resources: definitions
          .filter(({ versions }) => versions[0] === version)
          .map(({ plural }) => ({ resource: plural })),
      })),
    })),
  }
}
