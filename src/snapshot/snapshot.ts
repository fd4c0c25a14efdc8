import type { KindName, KubeObject } from './kinds/kinds.ts'

/** Why a part of the cluster is not in the snapshot. */
export type GapReason = 'forbidden' | 'failed' | 'partial' | 'not-asked'

/** Something that could not be, or was not, read. It is never a proof of absence. */
export interface Gap {
  readonly kind: KindName | 'PodLog'
  /** Absent: all namespaces, or a cluster-scoped kind. */
  readonly namespace?: string | undefined
  readonly why: GapReason
  /** The exact missing right, such as `list pods in namespace billing`. */
  readonly permission?: string | undefined
  /** One sentence for people: what the server answered. */
  readonly detail?: string | undefined
}

export type Depth = 'full' | 'metadata'

/** Which part of one kind was read whole. */
export interface KindCoverage {
  /** `all`, or the namespaces that were read whole. Cluster-scoped kinds are `all` or absent from the coverage. */
  readonly namespaces: 'all' | readonly string[]
  readonly depth: Depth
}

/**
 * What the snapshot is complete about.
 *
 * - `snapshot`, `dump` and live reads are closed worlds where `kinds` says so.
 * - `manifests` is an open world: what is absent may exist elsewhere.
 */
export interface Coverage {
  readonly world: 'closed' | 'open'
  /**
   * Set for manifests: objects as they would be applied. Workloads stand for the pods that controllers would make,
   * and slices are computed from pods where there are none.
   */
  readonly declared: boolean
  readonly kinds: Readonly<Partial<Record<KindName, KindCoverage>>>
  /**
   * Objects that were asked for by name, as `namespace/name`, in kinds that are not listed: those that are not among the
   * objects do not exist.
   */
  readonly asked?: Readonly<Partial<Record<KindName, readonly string[]>>> | undefined
  /** Kinds that discovery proves the server does not serve: known to be empty. */
  readonly notServed: readonly KindName[]
  /** What was tried and not had. Everything else that `kinds` does not cover is `not-asked`. */
  readonly gaps: readonly Gap[]
}

export interface ServerInfo {
  /** The context that the snapshot was read by; absent for files. */
  readonly context?: string | undefined
  readonly version?: string | undefined
  /** What was read, for people: `3 files`, `cluster prod`. */
  readonly source: string
}

/** What a live check saw, or lines of a log that were read on request. */
export interface Observation {
  readonly place: string
  readonly check: string
  readonly by?: { readonly identity: string; readonly node?: string | undefined } | undefined
  readonly result: Readonly<Record<string, string | number | boolean>>
  readonly at: string
}

/** Everything that a diagnosis knows: objects of one moment, and what is missing from them. */
export interface Snapshot {
  /** RFC 3339. Every age is measured against it, never against the local clock. */
  readonly takenAt: string
  readonly server: ServerInfo
  readonly objects: readonly KubeObject[]
  readonly coverage: Coverage
  readonly observations: readonly Observation[]
}

export interface ObjectReference {
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string | undefined
  readonly name: string
}

/** A reference to an object, for evidence and for fixes. */
export function referenceTo(object: {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string | undefined }
}): ObjectReference {
  const { apiVersion, kind, metadata } = object
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name }
}

/** `Kind/namespace/name`, or `Kind/name` for cluster-scoped objects. Unique among the kinds that we read. */
export function keyOf(reference: {
  readonly kind: string
  readonly namespace?: string | undefined
  readonly name: string
}): string {
  const { kind, namespace, name } = reference
  return namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`
}
