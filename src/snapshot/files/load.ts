import { KnownError } from '../known-error.ts'
import { keyOf, type ObjectReference, type Snapshot } from '../snapshot.ts'
import { dumpCoverage, isDump, manifestCoverage } from './coverage.ts'
import { type Origin, parseFile, type RawObject } from './documents.ts'
import { newestTime } from './newest-time.ts'
import { type ParsedObjects, parseObjects } from './parse-objects.ts'
import { snapshotFromJson, snapshotKind } from './saved.ts'
import type { SourceText } from './sources.ts'

export interface FileOptions {
  /** The files are all there is: what is not in them does not exist. */
  readonly isComplete: boolean
  /** Namespace of objects that name none. */
  readonly defaultNamespace: string
}

export interface LoadedFiles {
  readonly snapshot: Snapshot
  /** One line for each thing that was left out or read with doubt. */
  readonly warnings: readonly string[]
  /** Where each object stands, by {@link keyOf} its reference. Objects of a saved snapshot stand nowhere. */
  readonly origins: ReadonlyMap<string, Origin>
  /** How many objects of other kinds there are, by kind and group as kubectl writes them: `Certificate.cert-manager.io`. */
  readonly skipped: ReadonlyMap<string, number>
}

/**
 * Makes a snapshot of files: a saved snapshot, a dump of an API server, or manifests.
 *
 * Together: objects of later files replace those of the same name. A saved snapshot decides coverage and time, whatever
 * else is given (a dump of one moment and manifests are laid over it). Without one, all files are a dump when most
 * objects have a uid, else manifests: one exported object in a folder of manifests does not close the world.
 *
 * @throws KnownError when two saved snapshots are given, one is of a newer format, or no object of a kind that we read
 * is in any of the files
 */
export function loadFiles(sources: readonly SourceText[], options: FileOptions): LoadedFiles {
  const parsed = sources.map(({ file, content }) => parseFile(file, content))
  const raw = parsed.flatMap((file) => file.objects)
  const unread = parsed.flatMap((file) => file.warnings)
  const saved = savedSnapshot(raw)
  const plain = raw.filter(({ json }) => json['kind'] !== snapshotKind)
  const found = parseObjects(plain, options.defaultNamespace)
  const warnings = [...unread, ...found.warnings]
  if (saved === undefined && found.objects.length === 0) throw nothingFound(sources, found, warnings)
  const mixed = saved === undefined ? mixedWarning(found) : []
  return {
    snapshot: saved === undefined ? fresh(sources, plain, found, options) : overlaid(saved, found),
    warnings: [...warnings, ...mixed],
    origins: found.origins,
    skipped: found.skipped,
  }
}

function savedSnapshot(raw: readonly RawObject[]): Snapshot | undefined {
  const [first, second] = raw.filter(({ json }) => json['kind'] === snapshotKind)
  if (first === undefined) return undefined
  if (second !== undefined) {
    throw new KnownError(
      'TWO_SNAPSHOTS',
      `${first.origin.file} and ${second.origin.file} are both saved snapshots: give one, or compare them with kubectl netdoctor diff`,
    )
  }
  return snapshotFromJson(first.json, first.origin.file)
}

function overlaid(saved: Snapshot, { objects }: ParsedObjects): Snapshot {
  const byKey = new Map(
    [...saved.objects, ...objects].map((object) => [
      keyOf({ kind: object.kind, ...object.metadata }),
      object,
    ]),
  )
  return { ...saved, objects: [...byKey.values()] }
}

function fresh(
  sources: readonly SourceText[],
  plain: readonly RawObject[],
  { objects }: ParsedObjects,
  options: FileOptions,
): Snapshot {
  return {
    takenAt: newestTime(plain.map(({ json }) => json)) ?? new Date(0).toISOString(),
    server: { source: sources.length === 1 ? (sources[0]?.file ?? '') : `${sources.length} files` },
    objects,
    coverage: isDump(objects) ? dumpCoverage(objects) : manifestCoverage(options.isComplete),
    observations: [],
  }
}

/** Objects that were never in a cluster among those that were: their pods and slices do not exist. */
function mixedWarning({ objects }: ParsedObjects): readonly string[] {
  const applied = objects.filter(({ metadata }) => metadata.uid !== undefined).length
  const others = objects.length - applied
  if (applied === 0 || others === 0) return []
  return isDump(objects)
    ? [
        `${others} of ${objects.length} objects have no uid: they are taken as if they stood in the dumped cluster`,
      ]
    : [
        `${applied} of ${objects.length} objects come from a cluster; all are read as manifests, and what is not among them may exist`,
      ]
}

function nothingFound(
  sources: readonly SourceText[],
  { skipped }: ParsedObjects,
  warnings: readonly string[],
): KnownError {
  const names = sources.map(({ file }) => file).join(', ')
  const empty = sources.every(({ content }) => content.trim() === '')
  const kinds = [...skipped].slice(0, 5).map(([kind, count]) => `${count} ${kind}`)
  const reason = warnings[0] ?? (kinds.length > 0 ? `only ${kinds.join(', ')}` : undefined)
  if (empty) return new KnownError('NO_OBJECTS', `${names} ${sources.length === 1 ? 'is' : 'are'} empty`)
  return new KnownError(
    'NO_OBJECTS',
    `no Kubernetes object that netdoctor reads is in ${names}${reason === undefined ? '' : ` (${reason})`}`,
  )
}

/** `file:line:column` of a field, or of the object when the field is not written there. */
export type Locate = (reference: ObjectReference, field: string) => string | undefined
