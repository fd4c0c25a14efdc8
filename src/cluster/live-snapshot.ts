import { definitionOf, type KindName, type KubeObject, kindNames } from '../snapshot/kinds/kinds.ts'
import { KnownError } from '../snapshot/known-error.ts'
import type { Gap, KindCoverage, Snapshot } from '../snapshot/snapshot.ts'
import type { Connection } from './connection.ts'
import { nameOf, type ServerName } from './connection-failure.ts'
import type { Discovery } from './discovery.ts'
import {
  addressPlan,
  type Further,
  firstPlan,
  type Plan,
  type ReadRequest,
  secondPlan,
  wholePlan,
} from './plan.ts'
import { type KindReading, readKind, readPick, type WatchFrom } from './reader.ts'
import type { Transport } from './transport.ts'

/** Called after each finished read: how many of the planned reads are done, and the resource of the last one. */
export type Progress = (done: number, total: number, what: string) => void

/** What errors and snapshots say of a connection. */
type Named = ServerName & Pick<Connection, 'userName'>

/** What a reading needs to know about its cluster. */
export interface Reading {
  readonly transport: Transport
  readonly discovery: Discovery
  readonly connection: Named
  /** Such as `v1.36.3`. */
  readonly version: string | undefined
  /** Whether the cluster is too large to be read whole for a question about few namespaces. */
  readonly isLarge: boolean
}

/** Says what a large cluster is asked for besides, by what the first round found. */
export type NameFurther = (first: Snapshot) => Further

/** What was read, and from where each list can be watched. */
export interface ReadSnapshot {
  readonly snapshot: Snapshot
  readonly lists: readonly WatchFrom[]
}

/**
 * Reads what a request needs and puts a snapshot together: objects in the order of kinds and of the server, so that the
 * same cluster gives the same snapshot.
 *
 * @param further absent: the whole cluster is read, however large it is; else a large one is read in two rounds
 * @throws KnownError when nothing at all could be read; else as `readKind`
 */
export async function readSnapshot(
  reading: Reading,
  request: ReadRequest,
  progress: Progress,
  further?: NameFurther,
): Promise<ReadSnapshot> {
  const { connection } = reading
  const reader = createReader(reading, progress)
  const { namespaces } = request
  if (namespaces === 'all' || further === undefined || !reading.isLarge) {
    const whole = await reader.carryOut(wholePlan(request))
    if (!whole.some(hasAnswer)) throw nothingRead(connection, whole)
    return finished(reading, whole)
  }
  const first = await reader.carryOut(firstPlan(namespaces))
  if (!first.some(hasAnswer)) throw nothingRead(connection, first)
  const named = further(assembled(reading, first))
  const owners = await reader.carryOut(addressPlan(named))
  const ofOwners = owners.flatMap(({ objects }) =>
    objects.flatMap(({ metadata }) => metadata.namespace ?? []),
  )
  const second = await reader.carryOut(secondPlan(namespaces, [...ofOwners, ...named.namespaces]))
  return finished(reading, [...first, ...owners, ...second])
}

function finished(reading: Reading, readings: readonly KindReading[]): ReadSnapshot {
  return { snapshot: assembled(reading, readings), lists: readings.flatMap(({ lists = [] }) => lists) }
}

/** Carries out plans, all reads of one at once within the transport's limit, and reports their progress together. */
function createReader({ transport, discovery }: Reading, progress: Progress) {
  let done = 0
  let total = 0
  const noted = async (read: Promise<KindReading>): Promise<KindReading> => {
    const reading = await read
    progress(++done, total, definitionOf(reading.kind).plural)
    return reading
  }
  return {
    carryOut: ({ lists, picks }: Plan): Promise<readonly KindReading[]> => {
      total += lists.length + picks.length
      return Promise.all([
        ...lists.map((planned) => noted(readKind(transport, discovery, planned))),
        ...picks.map((pick) => noted(readPick(transport, discovery, pick))),
      ])
    },
  }
}

function assembled({ transport, connection, version }: Reading, readings: readonly KindReading[]): Snapshot {
  const { context, server } = connection
  const objects = kindNames.flatMap((kind) => objectsOf(readings.filter((reading) => reading.kind === kind)))
  return {
    takenAt: timeOf(transport, objects),
    server: { context, version, source: context === undefined ? `server ${server}` : `context ${context}` },
    objects,
    coverage: {
      world: 'closed',
      declared: false,
      kinds: coverageOf(readings),
      notServed: [...new Set(readings.filter(({ isAbsent }) => isAbsent).map(({ kind }) => kind))],
      gaps: readings.flatMap(({ gaps }) => gaps),
    },
    observations: [],
  }
}

/** Each object once: several selectors may have named a pod. */
function objectsOf(ofKind: readonly KindReading[]): readonly KubeObject[] {
  const [only] = ofKind
  if (only !== undefined && ofKind.length === 1) return only.objects
  const all = ofKind.flatMap(({ objects }) => objects)
  return [
    ...new Map(
      all.map((object) => [`${object.metadata.namespace}/${object.metadata.name}`, object]),
    ).values(),
  ]
}

/** What was read whole, by all readings together. */
function coverageOf(readings: readonly KindReading[]): Snapshot['coverage']['kinds'] {
  const kinds: Partial<Record<KindName, KindCoverage>> = {}
  for (const { kind, coverage } of readings) {
    const known = kinds[kind]
    if (coverage === undefined) continue
    const namespaces =
      known === undefined || known.namespaces === 'all' || coverage.namespaces === 'all'
        ? coverage.namespaces
        : [...new Set([...known.namespaces, ...coverage.namespaces])]
    kinds[kind] = { namespaces, depth: coverage.depth }
  }
  return kinds
}

/** Nodes or namespaces alone answer no question: some namespaced kind must have been read. */
function hasAnswer({ kind, coverage, objects }: KindReading): boolean {
  return definitionOf(kind).namespaced && (coverage !== undefined || objects.length > 0)
}

function nothingRead(connection: Named, readings: readonly KindReading[]): KnownError {
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
function nothingPermitted(connection: Named, { detail = '', namespace, permission }: Gap): KnownError {
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
