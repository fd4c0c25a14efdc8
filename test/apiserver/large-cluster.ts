import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { discover } from '../../src/cluster/discovery.ts'
import { readSnapshot } from '../../src/cluster/live-snapshot.ts'
import { isLarge } from '../../src/cluster/size.ts'
import type { Transport } from '../../src/cluster/transport.ts'
import { furtherNeeds } from '../../src/diagnosis/further.ts'
import type { Question } from '../../src/diagnosis/question.ts'
import { Network } from '../../src/network/network.ts'
import { isKindName } from '../../src/snapshot/kinds/kinds.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import type { ApiObject } from './collections.ts'
import { discovery, version } from './handlers.ts'
import type { ApiRequest, Handler } from './server.ts'
import { Store } from './store.ts'

/** The objects of a recorded cluster as the API wrote them. */
export function objectsIn(path: string): readonly ApiObject[] {
  const list: { items: ApiObject[] } = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'))
  return list.items.filter(({ kind }) => isKindName(kind))
}

/** Says of any cluster that it has 50,000 pods. */
export const manyPods: Handler = ({ path, query }) =>
  path === '/api/v1/pods' && query.get('limit') === '1'
    ? { json: { kind: 'PodList', metadata: { remainingItemCount: 49_999 }, items: [{}] } }
    : undefined

/** A cluster in the test's own process: what is asked, and how many bytes the answers have. */
export interface Served {
  readonly transport: Transport
  readonly asked: string[]
  bytes: number
}

/** Serves objects without a socket, so that many clusters can be read; `before` goes before the usual handlers. */
export function serve(objects: readonly ApiObject[], before: readonly Handler[] = []): Served {
  const handlers = [...before, discovery(), version('v1.36.3'), new Store(objects).handler]
  const served: Served = { transport: transportTo(), asked: [], bytes: 0 }
  return served

  function transportTo(): Transport {
    return {
      warnings: new Set(),
      serverTimeMs: Date.parse('2026-11-23T03:31:57Z'),
      close: async () => undefined,
      open: () => Promise.reject(new Error('nothing is watched here')),
      get: async (target) => {
        const { pathname, searchParams } = new URL(target, 'https://server')
        served.asked.push(target)
        const reply = handlers
          .map((handler) => handler(requestFor(pathname, searchParams)))
          .find((found) => found !== undefined)
        const body = reply === undefined ? '404 page not found\n' : (reply.text ?? JSON.stringify(reply.json))
        served.bytes += body.length
        return {
          status: reply === undefined ? 404 : (reply.status ?? 200),
          contentType: reply === undefined ? 'text/plain' : 'application/json',
          location: undefined,
          retryAfter: undefined,
          body,
        }
      },
    }
  }
}

function requestFor(path: string, query: URLSearchParams): ApiRequest {
  return { method: 'GET', path, query, headers: {}, clientName: undefined, httpVersion: '2.0' }
}

/** Reads for a question as the commands do: a large cluster in two rounds. */
export async function readFor(question: Question, { transport }: Served): Promise<Snapshot> {
  const connection = { context: 'test', server: 'https://server', userName: 'jane' }
  const namespaces = 'namespaces' in question ? question.namespaces : [question.namespace]
  const reading = {
    transport,
    connection,
    discovery: await discover(transport, connection),
    version: 'v1.36.3',
    isLarge: await isLarge(transport),
  }
  const { snapshot } = await readSnapshot(
    reading,
    { namespaces },
    () => undefined,
    (first) => furtherNeeds(question, Network.of(first)),
  )
  return snapshot
}
