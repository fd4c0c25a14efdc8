import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { isKindName } from '../../src/snapshot/kinds/kinds.ts'
import type { ApiObject } from './collections.ts'
import { discovery, namespaces, version } from './handlers.ts'
import type { Handler } from './server.ts'
import { Store } from './store.ts'

const path = 'fixtures/velocitytech/incident.json.gz'

/** The namespace that the recorded incident is about. */
export const namespace = 'velocitytech-prod'

/** Objects of the recorded incident as the API wrote them, without Events: many, and no verdict needs them. */
export const recorded: readonly ApiObject[] = readItems().filter(
  ({ kind }) => isKindName(kind) && kind !== 'Event',
)

function readItems(): readonly ApiObject[] {
  const list: { items: ApiObject[] } = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'))
  return list.items
}

/** The clock of the recorded server. */
const date = 'Mon, 23 Nov 2026 03:31:57 GMT'

/** Small, so that most kinds have several pages. */
export const pageSize = 3

/** A healthy API server of the recorded cluster; its store may be changed while it is read. */
export function healthy(): { readonly store: Store; readonly handlers: readonly Handler[] } {
  const store = new Store(recorded, pageSize)
  const names = recorded.filter(({ kind }) => kind === 'Namespace').map(({ metadata }) => metadata.name)
  const handlers = [discovery(), version('v1.36.3'), store.handler, namespaces(names)]
  return { store, handlers: handlers.map(dated) }
}

/** The same handler, with the recorded server's clock in its answers. */
export function dated(handler: Handler): Handler {
  return (request) => {
    const reply = handler(request)
    return reply && { ...reply, headers: { date, ...reply.headers } }
  }
}
