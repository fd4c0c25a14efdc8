import type { TextMap } from '../../snapshot/kinds/json.ts'
import { isKind, type KindName, type KubeObject, kinds, type ObjectOf } from '../../snapshot/kinds/kinds.ts'
import { type Coverage, type Gap, keyOf, type Snapshot } from '../../snapshot/snapshot.ts'
import { canonicalAddress } from './address.ts'
import { addressKinds, byAddress, ObjectBucket } from './bucket.ts'
import { Memo } from './memo.ts'
import { type Bucket, distinctGaps, type Read, ReadLog } from './read.ts'
import { missingDns } from './usual-dns.ts'

/** Objects that an edit puts in place (new or changed) and keys of objects that it removes. */
export interface ObjectChanges {
  readonly put: readonly KubeObject[]
  readonly remove: readonly KubeObject[]
}

const empty = new ObjectBucket([])

/** What is noted and what is missing when one bucket is looked into. */
interface Lookup {
  readonly bucket: Bucket
  readonly gaps: readonly Gap[]
}

/**
 * All objects of a snapshot, by kind and namespace. Every lookup is an index lookup, says which part of the cluster
 * it could not see, and is written to the {@link ReadLog}.
 */
export class Inventory {
  readonly snapshot: Snapshot
  /** The time of the snapshot in milliseconds since 1970. */
  readonly nowMs: number
  readonly log: ReadLog
  readonly memo: Memo
  /** Namespaces in which the slices that the controller would write stand for the observed ones. */
  readonly simulated: ReadonlySet<string>
  readonly #buckets: ReadonlyMap<KindName, ReadonlyMap<string, ObjectBucket>>
  /** Namespaces of which only what is taken for granted is known: nobody asks about these. */
  readonly #assumed: ReadonlySet<string>
  readonly #parent: Inventory | undefined
  readonly #touched: ReadonlySet<Bucket>
  /** By kind and namespace ('*': all). The same in every changed world: what was read does not change. */
  readonly #lookups: Map<KindName, Map<string, Lookup>>
  readonly #all = new Map<KindName, readonly KubeObject[]>()
  readonly #names = new Map<KindName, readonly string[]>()
  #addresses: ReadonlyMap<string, readonly KubeObject[]> | undefined
  /** Buckets of objects with addresses that differ from the parent's. */
  #changed: readonly ObjectBucket[] | undefined

  private constructor(
    snapshot: Snapshot,
    buckets: ReadonlyMap<KindName, ReadonlyMap<string, ObjectBucket>>,
    log: ReadLog,
    assumed: ReadonlySet<string>,
    parent?: Inventory,
    touched: ReadonlySet<Bucket> = new Set(),
    simulated: ReadonlySet<string> = new Set(),
  ) {
    this.simulated = simulated
    this.snapshot = snapshot
    this.nowMs = Date.parse(snapshot.takenAt)
    this.log = log
    this.memo = new Memo(log, parent?.memo, touched)
    this.#buckets = buckets
    this.#assumed = assumed
    this.#parent = parent
    this.#touched = touched
    this.#lookups = parent === undefined ? new Map() : parent.#lookups
  }

  static of(snapshot: Snapshot): Inventory {
    const sorted = new Map<KindName, Map<string, KubeObject[]>>()
    const assumed = missingDns(snapshot)
    for (const object of [...snapshot.objects, ...assumed]) {
      const namespaces = sorted.get(object.kind) ?? new Map<string, KubeObject[]>()
      sorted.set(object.kind, namespaces)
      const namespace = object.metadata.namespace ?? ''
      const objects = namespaces.get(namespace)
      if (objects === undefined) namespaces.set(namespace, [object])
      else objects.push(object)
    }
    const buckets = new Map(
      [...sorted].map(([kind, namespaces]) => [
        kind,
        new Map([...namespaces].map(([namespace, objects]) => [namespace, new ObjectBucket(objects)])),
      ]),
    )
    return new Inventory(snapshot, buckets, new ReadLog(), namespacesOnlyOf(assumed, snapshot.objects))
  }

  /**
   * The same cluster at a later moment: shares every bucket, with its indexes, that the changes do not touch. No result is
   * shared, because ages count from the new moment; so a long row of moments keeps none of them alive.
   *
   * @param snapshot as this one's, with the changes
   */
  at(snapshot: Snapshot, changes: ObjectChanges): Inventory {
    return new Inventory(snapshot, this.#with(changes).buckets, new ReadLog(), this.#assumed)
  }

  /** A changed world: shares every bucket that the changes do not touch. */
  with(changes: ObjectChanges, simulated: readonly string[]): Inventory {
    const { buckets, touched } = this.#with(changes)
    for (const namespace of simulated) touched.add(`EndpointSlice|${namespace}`).add('EndpointSlice|*')
    return new Inventory(
      this.snapshot,
      buckets,
      this.log,
      this.#assumed,
      this,
      touched,
      new Set([...this.simulated, ...simulated]),
    )
  }

  #with(changes: ObjectChanges): {
    readonly buckets: ReadonlyMap<KindName, ReadonlyMap<string, ObjectBucket>>
    readonly touched: Set<Bucket>
  } {
    const buckets = new Map(this.#buckets)
    const touched = new Set<Bucket>()
    const byBucket = Map.groupBy([...changes.put, ...changes.remove], (object) =>
      bucketName(object.kind, object.metadata.namespace ?? ''),
    )
    const removed = new Set(changes.remove.map((object) => keyOf({ ...object.metadata, kind: object.kind })))
    for (const [name, objects] of byBucket) {
      const first = objects[0]
      if (first === undefined) continue
      const namespace = first.metadata.namespace ?? ''
      const namespaces = new Map(buckets.get(first.kind))
      const old = namespaces.get(namespace)?.objects ?? []
      const all = [...old, ...objects].filter(
        (object) => !removed.has(keyOf({ ...object.metadata, kind: object.kind })),
      )
      if (all.length === 0) namespaces.delete(namespace)
      else namespaces.set(namespace, new ObjectBucket(all))
      buckets.set(first.kind, namespaces)
      touched.add(name).add(`${first.kind}|*`)
    }
    return { buckets, touched }
  }

  /** Names of the namespaces that hold any object of this kind that was given. */
  namespacesOf(kind: KindName): readonly string[] {
    this.log.note(this.#lookup(kind, '*').bucket)
    return this.#namespacesOf(kind)
  }

  /** Objects of a kind in one namespace ('' for a cluster-scoped kind), or in all of them, by name. */
  list<K extends KindName>(kind: K, namespace?: string): Read<ObjectOf<K>> {
    const objects = namespace === undefined ? this.#everywhere(kind) : this.#bucket(kind, namespace).objects
    return this.#read(kind, namespace, objects)
  }

  /** The object of that name, as a read of none or one item. */
  get<K extends KindName>(kind: K, namespace: string, name: string): Read<ObjectOf<K>> {
    const found = this.#bucket(kind, namespace).named(name)
    const read = this.#read(kind, namespace, found ?? none)
    const isAsked = this.snapshot.coverage.asked?.[kind]?.includes(`${namespace}/${name}`) === true
    return isAsked ? { ...read, gaps: [] } : read
  }

  /** Objects of a kind in a namespace that carry every pair of the selector. */
  select<K extends KindName>(kind: K, namespace: string, pairs: TextMap): Read<ObjectOf<K>> {
    return this.#read(kind, namespace, this.#bucket(kind, namespace).withLabels(pairs))
  }

  /** Objects of a kind in a namespace that name this uid among their owners. */
  ownedBy<K extends KindName>(kind: K, namespace: string, uid: string): Read<ObjectOf<K>> {
    return this.#read(kind, namespace, this.#bucket(kind, namespace).ownedBy(uid))
  }

  /** Whoever has this IP address, in any namespace, in no particular order. Gaps name each kind that could own it and was not read whole. */
  byAddress(address: string): Read<KubeObject> {
    for (const kind of addressKinds) this.log.note(this.#lookup(kind, '*').bucket)
    return {
      items: this.#withAddress(address),
      gaps: distinctGaps(addressKinds.map((kind) => this.gaps(kind))),
      open: this.#openLog(),
    }
  }

  /** What of a kind was not read: empty when `namespace` (or, without it, every namespace) was read whole. */
  gaps(kind: KindName, namespace?: string): readonly Gap[] {
    return this.#lookup(kind, namespace ?? '*').gaps
  }

  /** Age of an RFC 3339 time in milliseconds at the moment of the snapshot; `undefined` when there is none. */
  ageMs(timestamp: string | undefined): number | undefined {
    if (timestamp === undefined) return undefined
    const age = this.nowMs - Date.parse(timestamp)
    return Number.isNaN(age) ? undefined : age
  }

  #openLog(): ReadLog | undefined {
    return this.snapshot.coverage.world === 'open' ? this.log : undefined
  }

  #bucket(kind: KindName, namespace: string): ObjectBucket {
    return this.#buckets.get(kind)?.get(namespace) ?? empty
  }

  #read<K extends KindName>(
    kind: K,
    namespace: string | undefined,
    objects: readonly KubeObject[],
  ): Read<ObjectOf<K>> {
    const { bucket, gaps } = this.#lookup(kind, namespace ?? '*')
    this.log.note(bucket)
    return { items: areOf(objects, kind) ? objects : [], gaps, open: this.#openLog() }
  }

  #lookup(kind: KindName, namespace: string): Lookup {
    const ofKind = this.#lookups.get(kind) ?? new Map<string, Lookup>()
    this.#lookups.set(kind, ofKind)
    const known = ofKind.get(namespace)
    if (known !== undefined) return known
    const { coverage } = this.snapshot
    const gaps = gapsIn(coverage, kind, namespace === '*' ? undefined : namespace)
    const lookup = { bucket: bucketName(kind, namespace), gaps }
    ofKind.set(namespace, lookup)
    return lookup
  }

  #namespacesOf(kind: KindName): readonly string[] {
    const known = this.#names.get(kind)
    if (known !== undefined) return known
    const names = [...(this.#buckets.get(kind)?.keys() ?? [])]
      .filter((name) => !this.#assumed.has(name))
      .sort()
    this.#names.set(kind, names)
    return names
  }

  #everywhere(kind: KindName): readonly KubeObject[] {
    const known = this.#all.get(kind)
    if (known !== undefined) return known
    const all = this.#namespacesOf(kind).flatMap((name) => this.#bucket(kind, name).objects)
    this.#all.set(kind, all)
    return all
  }

  #withAddress(address: string): readonly KubeObject[] {
    if (this.#parent === undefined) return this.#allAddresses().get(canonicalAddress(address)) ?? []
    const unchanged = this.#parent.#withAddress(address).filter((object) => !this.#isTouched(object))
    this.#changed ??= this.#changedBuckets()
    return [...unchanged, ...this.#changed.flatMap((bucket) => bucket.withAddress(address))]
  }

  #changedBuckets(): readonly ObjectBucket[] {
    return addressKinds.flatMap((kind) =>
      [...(this.#buckets.get(kind) ?? [])]
        .filter(([namespace]) => this.#touched.has(bucketName(kind, namespace)))
        .map(([, bucket]) => bucket),
    )
  }

  #isTouched(object: KubeObject): boolean {
    return this.#touched.has(bucketName(object.kind, object.metadata.namespace ?? ''))
  }

  #allAddresses(): ReadonlyMap<string, readonly KubeObject[]> {
    const buckets = addressKinds.flatMap((kind) => [...(this.#buckets.get(kind)?.values() ?? [])])
    this.#addresses ??= byAddress(buckets.flatMap(({ objects }) => objects))
    return this.#addresses
  }
}

function namespacesOnlyOf(
  objects: readonly KubeObject[],
  others: readonly KubeObject[],
): ReadonlySet<string> {
  const shared = new Set(others.map(({ metadata }) => metadata.namespace))
  return new Set(
    objects.flatMap(({ metadata: { namespace = '' } }) => (shared.has(namespace) ? [] : [namespace])),
  )
}

function gapsIn(coverage: Coverage, kind: KindName, namespace: string | undefined): readonly Gap[] {
  if (coverage.world === 'open' || coverage.notServed.includes(kind)) return []
  const read = coverage.kinds[kind]
  if (read?.depth === 'full') {
    if (read.namespaces === 'all') return []
    if (namespace !== undefined && read.namespaces.includes(namespace)) return []
  }
  const known = coverage.gaps.filter(
    (gap) =>
      gap.kind === kind &&
      (gap.namespace === undefined || namespace === undefined || gap.namespace === namespace),
  )
  if (known.length > 0) return known
  return [{ kind, namespace: kinds[kind].namespaced ? namespace : undefined, why: 'not-asked' }]
}

const none: readonly KubeObject[] = []

/** Whether these are objects of one kind. A bucket holds one kind, so that its first object tells. */
function areOf<K extends KindName>(
  objects: readonly KubeObject[],
  kind: K,
): objects is readonly Extract<KubeObject, ObjectOf<K>>[] {
  const [first] = objects
  return first === undefined || isKind(first, kind)
}

/** The bucket of one namespace; '' for cluster-scoped kinds, '*' for the list over all namespaces. */
function bucketName(kind: KindName, namespace: string): Bucket {
  return `${kind}|${namespace}`
}
