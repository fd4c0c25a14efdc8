import { type ChangedWorld, changedWorld } from '../change/changed-world.ts'
import { changedFlows } from '../change/flows.ts'
import type { Edit } from '../network/edit.ts'
import { extentOf } from '../network/inventory/extent.ts'
import type { Network } from '../network/network.ts'
import { type Connection, clientKey } from '../network/traffic/connection.ts'
import type { Finding } from '../rules/finding.ts'
import { word } from '../rules/text.ts'
import { isBroken, type Path } from '../trace/path.ts'
import { walk } from '../trace/walk.ts'
import type { FixCheck, TriedWay } from './diagnosis.ts'
import { type Examination, examine } from './examine.ts'

/** Tries the fixes of one diagnosis; what the worlds before an edit look like is worked out once a namespace. */
export class FixTrial {
  readonly #network: Network
  readonly #before = new Map<string, Examination>()

  constructor(network: Network) {
    this.#network = network
  }

  /**
   * Applies edits to a copy of the cluster and compares the two worlds.
   *
   * @param cause the finding that the fix is for
   * @param broken the connections that it breaks
   * @returns `undefined` when the edit cannot be applied, or does not make the finding vanish: such a fix is not offered
   */
  try(edits: readonly Edit[], cause: Finding, broken: readonly Path[]): FixCheck | undefined {
    const world = changedWorld(edits, this.#network)
    if (world === undefined) return undefined
    // What is mended in one namespace may be wrong in another: a route whose backend lies elsewhere.
    const namespaces = distinct([...world.namespaces, ...namespacesOf(cause)])
    const question = { kind: 'scan', namespaces } as const
    const scope = namespaces.join(',')
    const before = this.#before.get(scope) ?? examine(question, world.before)
    this.#before.set(scope, before)
    const after = examine(question, world.after)
    const remaining = new Set(after.findings.map((finding) => finding.key))
    if (remaining.has(cause.key)) return undefined
    const had = new Set(before.findings.map((finding) => finding.key))
    const introduces = after.joined.causes.filter(
      (finding) => finding.severity !== 'note' && !had.has(finding.key) && !isKnown(finding, before.findings),
    )
    const moved = afterwards(after)
    const next = nextFaults(after)
    const ways = broken.map((path): TriedWay => {
      const connection = moved(path.connection)
      return { path, after: walk(connection, world.after), next: next.get(connection.key) }
    })
    const resolves = [...had].filter((item) => !remaining.has(item)).sort()
    const stillBroken = ways.filter(
      (way) => isBroken({ outcome: way.after.outcome }) || way.next !== undefined,
    )
    const common = { resolves, introduces, ways, opens: openedBy(edits, world) }
    if (this.#dependsOnNewPods(broken, world.restarted)) {
      return {
        ...common,
        outcome: 'not-checkable',
        reason: word('whether the new pods become ready shows only when they run'),
      }
    }
    if (stillBroken.length === 0) return { ...common, outcome: 'works' }
    return {
      ...common,
      outcome: 'partly',
      reason: word(`${stillBroken.length} of ${ways.length} connections meet a further problem`),
    }
  }

  /** Whether a mended connection would end at pods that the edit starts. */
  #dependsOnNewPods(broken: readonly Path[], restarted: ReadonlySet<string>): boolean {
    return broken.some(({ connection }) => {
      const { destination } = this.#network.traffic.destination(connection)
      if (destination.kind !== 'service') return false
      return this.#network.services
        .backends(destination.service)
        .items.some((workload) => restarted.has(workload.key))
    })
  }
}

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)].sort()

/** Where a finding would be looked for again. */
const namespacesOf = ({ about, subject }: Finding): readonly string[] =>
  [about.namespace, subject.namespace].filter((name) => name !== undefined)

/** The same fault under another name: what is to blame for a denial changes when a policy is added. */
function isKnown({ rule, places }: Finding, before: readonly Finding[]): boolean {
  return before.some((other) => other.rule === rule && other.places.some((place) => places.includes(place)))
}

/** The error that each connection meets first, or may meet, by its key. */
function nextFaults({ joined }: Examination): ReadonlyMap<string, Finding> {
  const found = new Map<string, Finding>()
  const isMet = (cause: Finding, path: Path): boolean =>
    joined.later.get(cause.key)?.includes(path) !== true &&
    joined.through.get(cause.key)?.includes(path) !== true
  for (const cause of joined.causes) {
    if (cause.severity !== 'error') continue
    for (const path of joined.breaks.get(cause.key) ?? [])
      if (isMet(cause, path) && !found.has(path.connection.key)) found.set(path.connection.key, cause)
  }
  return found
}

/** Above this many pods what an edit opens is not looked for. */
const mostPods = 5000

const policyKinds: ReadonlySet<string> = new Set([
  'NetworkPolicy',
  'AdminNetworkPolicy',
  'BaselineAdminNetworkPolicy',
  'ClusterNetworkPolicy',
])

/** What passes in the changed world that was denied; edits of other kinds are not looked through for that. */
function openedBy(edits: readonly Edit[], { before, after }: ChangedWorld): FixCheck['opens'] {
  const touchesPolicy = edits.some(({ reference }) => policyKinds.has(reference.kind))
  if (!touchesPolicy || isTooLarge(before)) return undefined
  return changedFlows(before, after).changes.filter(({ effect }) => effect === 'allowed')
}

/** Too many pods, or so many that not all were asked for. */
function isTooLarge({ inventory }: Network): boolean {
  return inventory.list('Pod').items.length > mostPods || extentOf(inventory) !== undefined
}

/** Finds the same intent in the changed world: an edited client dials from its new template. */
function afterwards({ scope }: Examination): (connection: Connection) => Connection {
  const byKey = new Map(scope.connections.map((connection) => [connection.key, connection]))
  const bySource = new Map<string, Connection>()
  for (const connection of scope.connections)
    for (const source of sourcesOf(connection)) if (!bySource.has(source)) bySource.set(source, connection)
  return (connection) => {
    const same = byKey.get(connection.key)
    if (same !== undefined) return same
    const moved = sourcesOf(connection).flatMap((source) => bySource.get(source) ?? [])
    return moved[0] ?? connection
  }
}

/** The fields that a client reads an address from; the field of a route that names a backend. */
function sourcesOf({ client, dials }: Connection): readonly string[] {
  if (client.kind === 'route') return [clientKey(client)]
  if (client.kind !== 'workload') return []
  return dials.map(({ source }) => `${client.workload.key} ${source.object.name} ${source.field}`)
}
