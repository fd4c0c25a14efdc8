import type { ReadRequest } from '../../src/cluster/plan.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { makeCertificates } from './certificates.ts'
import type { ApiObject } from './collections.ts'
import { discovery, lists, namespaces, version } from './handlers.ts'
import type { ApiServer, Handler } from './server.ts'
import { openSession, startServer } from './session.ts'

/** One authority for all readings of a test file: making it takes a tenth of a second. */
export const certificates = makeCertificates()

/** Two namespaces, two Services, 1234 pods: three pages. */
export const objects: readonly ApiObject[] = [
  service('billing', 'api'),
  service('shop', 'web'),
  ...Array.from({ length: 1_234 }, (_, index) => pod(index % 2 === 0 ? 'billing' : 'shop', `pod-${index}`)),
  { kind: 'Namespace', metadata: { name: 'billing' } },
  { kind: 'Namespace', metadata: { name: 'shop' } },
  { kind: 'Event', metadata: { name: 'e1', namespace: 'billing' }, reason: 'Killing' },
  { kind: 'Event', metadata: { name: 'e2', namespace: 'shop' }, reason: 'Killing' },
]

function service(namespace: string, name: string): ApiObject {
  return {
    kind: 'Service',
    metadata: { name, namespace, labels: { app: name } },
    spec: { ports: [{ port: 80 }] },
  }
}

function pod(namespace: string, name: string): ApiObject {
  return {
    kind: 'Pod',
    metadata: { name, namespace, managedFields: [{ manager: 'kubectl', fieldsV1: {} }] },
    spec: { containers: [{ name: 'main', env: [{ name: 'A', value: 'b' }] }] },
    status: { phase: 'Running' },
  }
}

/** Everything well: discovery, version, lists, single Namespaces. Other handlers go before these. */
export const usual: readonly Handler[] = [
  discovery(),
  version('v1.36.3'),
  lists(objects),
  namespaces(['billing', 'shop']),
]

/** Starts a server with these handlers and reads it for one request. */
export async function read(
  handlers: readonly Handler[],
  request: ReadRequest = { namespaces: ['billing'] },
): Promise<{ readonly server: ApiServer; readonly snapshot: Snapshot }> {
  const server = await startServer(certificates, handlers)
  const session = await openSession(server, certificates)
  return { server, snapshot: await session.read(request, () => {}) }
}

/** Names of the objects of one kind, to compare. */
export function names(snapshot: Snapshot, kind: string): readonly string[] {
  return snapshot.objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name)
}

/** Paths of the requests beside discovery and version. */
export function listRequests(server: ApiServer): readonly string[] {
  return server.requests.map(({ path }) => path).filter((path) => path !== '/apis' && path !== '/version')
}
