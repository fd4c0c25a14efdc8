import { record } from '../kinds/json.ts'
import { type KubeObject, parseObject } from '../kinds/kinds.ts'
import { KnownError } from '../known-error.ts'
import { keyOf, type ObjectReference, type Snapshot } from '../snapshot.ts'
import { dumpCoverage, isDump, manifestCoverage } from './coverage.ts'
import { type Origin, parseFile, type RawObject } from './documents.ts'
import { newestTime } from './newest-time.ts'
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
  /** One line for each thing that was left out. */
  readonly warnings: readonly string[]
  /** Where each object stands, by {@link keyOf} its reference. */
  readonly origins: ReadonlyMap<string, Origin>
}

/**
 * Makes a snapshot of files: a saved snapshot, a dump of an API server, or manifests. Together, the one that knows
 * most decides the coverage, and objects of later files replace earlier ones of the same name.
 *
 * @throws KnownError when no object of a kind that we read is in any of them
 */
export function loadFiles(sources: readonly SourceText[], options: FileOptions): LoadedFiles {
  const parsed = sources.map(({ file, content }) => parseFile(file, content))
  const raw = parsed.flatMap((file) => file.objects)
  const warnings = parsed.flatMap((file) => file.warnings)
  const saved = raw
    .filter(({ json }) => json['kind'] === snapshotKind)
    .map(({ json, origin }) => snapshotFromJson(json, origin.file))
  const plain = raw.filter(({ json }) => json['kind'] !== snapshotKind)
  const { objects, origins } = parseObjects(plain, options.defaultNamespace)
  const all = [...saved.flatMap((snapshot) => snapshot.objects), ...objects]
  if (all.length === 0) {
    const names = sources.map(({ file }) => file).join(', ')
    const left = warnings[0] === undefined ? '' : ` (${warnings[0]})`
    throw new KnownError('NO_OBJECTS', `no Kubernetes object that netdoctor reads is in ${names}${left}`)
  }
  const [first] = saved
  const source = sources.length === 1 ? (sources[0]?.file ?? '') : `${sources.length} files`
  const coverage =
    first?.coverage ?? (isDump(objects) ? dumpCoverage(objects) : manifestCoverage(options.isComplete))
  return {
    snapshot: {
      takenAt: first?.takenAt ?? newestTime(plain.map(({ json }) => json)) ?? new Date(0).toISOString(),
      server: first?.server ?? { source },
      objects: all,
      coverage,
      observations: saved.flatMap((snapshot) => snapshot.observations),
    },
    warnings,
    origins,
  }
}

function parseObjects(
  raw: readonly RawObject[],
  defaultNamespace: string,
): { objects: readonly KubeObject[]; origins: Map<string, Origin> } {
  const origins = new Map<string, Origin>()
  const objects = raw.flatMap(({ json, origin }) => {
    const parsed = parseObject(json)
    if (parsed === undefined) return []
    const object =
      parsed.metadata.namespace === ''
        ? parseObject({ ...json, metadata: { ...record(json['metadata']), namespace: defaultNamespace } })
        : parsed
    if (object === undefined) return []
    origins.set(keyOf({ kind: object.kind, ...object.metadata }), origin)
    return [object]
  })
  return { objects, origins }
}

/** `file:line:column` of a field, or of the object when the field is not written there. */
export type Locate = (reference: ObjectReference, field: string) => string | undefined
