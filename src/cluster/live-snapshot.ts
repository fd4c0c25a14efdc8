import { definitionOf, type KubeObject } from '../snapshot/kinds/kinds.ts'
import { KnownError } from '../snapshot/known-error.ts'
import type { Gap, KindCoverage, Snapshot } from '../snapshot/snapshot.ts'
import type { Connection } from './connection.ts'
import { nameOf } from './connection-failure.ts'
import type { Discovery } from './discovery.ts'
import { planFor, type ReadRequest } from './plan.ts'
import { type KindReading, readKind } from './reader.ts'
import type { Transport } from './transport.ts'

/** Called after each finished read: how many of the planned reads are done, and the resource of the last one. */
export type Progress = (done: number, total: number, what: string) => void

/** What a reading needs to know about its cluster. */
export interface Reading {
  readonly transport: Transport
  readonly discovery: Discovery
  readonly connection: Connection
  /** Such as `v1.36.3`. */
  readonly version: string | undefined
}

/**
 * Carries out the plan of a request, all kinds at once within the transport's limit, and puts a snapshot together:
 * objects in the order of the plan and of the server, so that the same cluster gives the same snapshot.
 *
 * @throws KnownError when nothing at all could be read; else as `readKind`
 */
export async function readSnapshot(
  { transport, discovery, connection, version }: Reading,
  request: ReadRequest,
  progress: Progress,
): Promise<Snapshot> {
  const plan = planFor(request)
  let done = 0
  const readings = await Promise.all(
    plan.map(async (planned) => {
      const reading = await readKind(transport, discovery, planned)
      progress(++done, plan.length, definitionOf(planned.kind).plural)
      return reading
    }),
  )
  const { context, server } = connection
  if (!readings.some(hasAnswer)) throw nothingRead(connection, readings)
  const objects = readings.flatMap((reading) => reading.objects)
  return {
    takenAt: timeOf(transport, objects),
    server: { context, version, source: context === undefined ? `server ${server}` : `context ${context}` },
    objects,
    coverage: {
      world: 'closed',
      declared: false,
      kinds: Object.fromEntries(
        readings.flatMap(({ kind, coverage }): [string, KindCoverage][] =>
          coverage === undefined ? [] : [[kind, coverage]],
        ),
      ),
      notServed: readings.filter(({ isAbsent }) => isAbsent).map(({ kind }) => kind),
      gaps: readings.flatMap(({ gaps }) => gaps),
    },
    observations: [],
  }
}

/** Nodes or namespaces alone answer no question: some namespaced kind must have been read. */
function hasAnswer({ kind, coverage, objects }: KindReading): boolean {
  return definitionOf(kind).namespaced && (coverage !== undefined || objects.length > 0)
}

function nothingRead(connection: Connection, readings: readonly KindReading[]): KnownError {
  const gaps = readings.filter(({ kind }) => definitionOf(kind).namespaced).flatMap((reading) => reading.gaps)
  const refused = gaps.filter(({ why }) => why === 'forbidden')
  // Where namespaces were tried one by one, the right in the namespace is the smaller one to ask for.
  const example = refused.find(({ namespace }) => namespace !== undefined) ?? refused[0]
  if (example === undefined) {
    const detail = gaps[0]?.detail ?? 'no kind is served'
    return new KnownError('NOTHING_READ', `nothing could be read from ${nameOf(connection)}: ${detail}`)
  }
  return nothingPermitted(connection, example)
}

/** Whose right is missing, which, and how to get it; or that the server took us for somebody else. */
function nothingPermitted(connection: Connection, { detail = '', namespace, permission }: Gap): KnownError {
  const user = /User "([^"]*)"/.exec(detail)?.[1] ?? connection.userName ?? 'this user'
  const at = nameOf(connection)
  const other = /cannot impersonate resource "([^"]*)"/.exec(detail)?.[1]
  if (other !== undefined) {
    return new KnownError(
      'IMPERSONATION_FORBIDDEN',
      `user "${user}" of ${at} may not impersonate ${other}: leave out --as, or get the right "impersonate ${other}"`,
    )
  }
  if (user === 'system:anonymous') {
    const whose =
      connection.userName === undefined
        ? 'name a user with --user'
        : `log in again as user "${connection.userName}"`
    return new KnownError(
      'NOTHING_PERMITTED',
      `${at} got no credentials, and permits nothing without: ${whose}`,
    )
  }
  const ask =
    namespace === undefined
      ? 'ask about one namespace with -n, or get the ClusterRole "view" for the cluster'
      : `get the ClusterRole "view" in namespace ${namespace}`
  return new KnownError(
    'NOTHING_PERMITTED',
    `user "${user}" may read nothing from ${at}, neither "${permission}" nor any other kind: ${ask}`,
  )
}

/**
 * RFC 3339. The API server's clock; a server, or something before it, that sends no Date leaves the newest time in
 * the objects. Never the local clock: it may be hours off.
 */
function timeOf(transport: Transport, objects: readonly KubeObject[]): string {
  if (transport.serverTimeMs !== undefined) {
    return new Date(transport.serverTimeMs).toISOString().replace('.000Z', 'Z')
  }
  const times = objects.flatMap(({ metadata }) => [
    metadata.creationTimestamp ?? '',
    ...metadata.managedFields.map(({ time }) => time ?? ''),
  ])
  return times.reduce((newest, time) => (time > newest ? time : newest), '1970-01-01T00:00:00Z')
}
