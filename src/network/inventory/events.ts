import type { Event } from '../../snapshot/kinds/event.ts'
import type { KubeObject } from '../../snapshot/kinds/kinds.ts'
import type { Inventory } from './inventory.ts'
import { memoTable } from './memo.ts'
import { mapRead, type Read } from './read.ts'

type EventIndex = ReadonlyMap<string, readonly Event[]>

const table = memoTable<Read<EventIndex>>('inventory.events')

/** A static pod's kubelet signs its events with this hash instead of the uid of the mirror pod. */
const staticPodHash = 'kubernetes.io/config.hash'

/**
 * What components said about an object, newest first. Events are matched by the object's uid, and by kind and name
 * only where they carry none: the events of a deleted pod of the same name belong to nobody here.
 */
export function eventsAbout(object: KubeObject, inventory: Inventory): Read<Event> {
  const { uid, name, annotations } = object.metadata
  // The events of cluster-scoped objects are written to the namespace default.
  const namespace = object.metadata.namespace ?? 'default'
  const read = inventory.memo.get(table, namespace, () =>
    mapRead(inventory.list('Event', namespace), (events) => [index(events)]),
  )
  // A kubelet signs the events of its own node with the node's name.
  const ids = [uid, annotations[staticPodHash], object.kind === 'Node' ? name : undefined].filter(
    (id) => id !== undefined,
  )
  const keys = [...new Set(ids), `${object.kind}/${name}`]
  return mapRead(read, (indexes) =>
    indexes.flatMap((byObject) => keys.flatMap((key) => byObject.get(key) ?? [])).sort(newestFirst),
  )
}

/** When an event was last seen, RFC 3339: the latest of its series, its count and its creation. */
export function lastSeen(event: Event): string | undefined {
  const times = [event.series?.lastObservedTime, event.lastTimestamp, event.eventTime, event.firstTimestamp]
  const known = times.filter((time) => time !== undefined && time !== '')
  return known.sort(laterFirst)[0] ?? event.metadata.creationTimestamp
}

/** When it was first seen, RFC 3339. */
export function firstSeen(event: Event): string | undefined {
  return event.firstTimestamp ?? event.eventTime ?? event.metadata.creationTimestamp
}

/** How often it was seen; an event without count was seen once. */
export function timesSeen(event: Event): number {
  return Math.max(event.series?.count ?? 0, event.count ?? 0, 1)
}

function index(events: readonly Event[]): EventIndex {
  return Map.groupBy(events, ({ involvedObject: { uid, kind = '', name = '' } }) => uid ?? `${kind}/${name}`)
}

const laterFirst = (a = '', b = ''): number => Date.parse(b) - Date.parse(a)

function newestFirst(a: Event, b: Event): number {
  return laterFirst(lastSeen(a), lastSeen(b)) || (a.metadata.name < b.metadata.name ? -1 : 1)
}
