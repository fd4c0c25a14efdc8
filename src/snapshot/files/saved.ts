import { type Json, list, record, text, texts } from '../kinds/json.ts'
import { isKindName, type KindName, type KubeObject, kindNames, parseObject } from '../kinds/kinds.ts'
import { KnownError } from '../known-error.ts'
import type { Coverage, Gap, GapReason, KindCoverage, Observation, Snapshot } from '../snapshot.ts'

export const snapshotKind = 'NetdoctorSnapshot'
const apiVersion = 'netdoctor.dev/v1'

const reasons: readonly GapReason[] = ['forbidden', 'failed', 'partial', 'not-asked']

/** The JSON of a saved snapshot; objects have the shape that the API gives them. */
export function snapshotToJson(snapshot: Snapshot): string {
  const { takenAt, server, coverage, observations, objects } = snapshot
  return `${JSON.stringify({ apiVersion, kind: snapshotKind, takenAt, server, coverage, observations, items: objects })}\n`
}

/**
 * Reads a saved snapshot.
 *
 * @throws KnownError when it was written by a newer version of the format
 */
export function snapshotFromJson(json: Json, file: string): Snapshot {
  const version = text(json['apiVersion'])
  if (version !== apiVersion) {
    throw new KnownError(
      'SNAPSHOT_VERSION',
      `${file} is a snapshot of format ${version ?? '(none)'}, this program reads ${apiVersion}: use a newer kubectl-netdoctor`,
    )
  }
  const server = record(json['server'])
  return {
    takenAt: time(json['takenAt']),
    server: {
      context: text(server['context']),
      version: text(server['version']),
      source: text(server['source']) ?? file,
    },
    objects: list(json['items'], (item) => parseObject(item)).filter(
      (item): item is KubeObject => item !== undefined,
    ),
    coverage: parseCoverage(record(json['coverage'])),
    observations: list(json['observations'], parseObservation),
  }
}

/** RFC 3339, or 1970 when nobody can tell. */
function time(value: unknown): string {
  const written = text(value) ?? ''
  return Number.isNaN(Date.parse(written)) ? new Date(0).toISOString() : written
}

function parseCoverage(json: Json): Coverage {
  return {
    world: json['world'] === 'open' ? 'open' : 'closed',
    declared: json['declared'] === true,
    kinds: Object.fromEntries(
      Object.entries(record(json['kinds'])).flatMap(([kind, value]): readonly [KindName, KindCoverage][] => {
        if (!isKindName(kind)) return []
        const { namespaces, depth } = record(value)
        const names = Array.isArray(namespaces) ? namespaces.filter((name) => typeof name === 'string') : []
        return [
          [
            kind,
            {
              namespaces: namespaces === 'all' ? 'all' : names,
              depth: depth === 'metadata' ? 'metadata' : 'full',
            },
          ],
        ]
      }),
    ),
    ...(json['asked'] !== undefined && { asked: parseAsked(record(json['asked'])) }),
    notServed: kindNames.filter(
      (kind) => Array.isArray(json['notServed']) && json['notServed'].includes(kind),
    ),
    gaps: list(json['gaps'], parseGap).filter((gap) => gap !== undefined),
  }
}

function parseAsked(json: Json): Coverage['asked'] {
  return Object.fromEntries(
    Object.entries(json).flatMap(([kind, names]): readonly [KindName, readonly string[]][] =>
      isKindName(kind) ? [[kind, texts(names) ?? []]] : [],
    ),
  )
}

function parseGap(json: Json): Gap | undefined {
  const kind = text(json['kind']) ?? ''
  const why = reasons.find((reason) => reason === json['why'])
  if (why === undefined || !(isKindName(kind) || kind === 'PodLog')) return undefined
  return {
    kind,
    namespace: text(json['namespace']),
    why,
    permission: text(json['permission']),
    detail: text(json['detail']),
  }
}

function parseObservation(json: Json): Observation {
  const result = Object.entries(record(json['result'])).flatMap(
    ([key, value]): [string, string | number | boolean][] =>
      typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
        ? [[key, value]]
        : [],
  )
  const by = record(json['by'])
  const identity = text(by['identity'])
  return {
    place: text(json['place']) ?? '',
    check: text(json['check']) ?? '',
    by: identity === undefined ? undefined : { identity, node: text(by['node']) },
    result: Object.fromEntries(result),
    at: text(json['at']) ?? '',
  }
}
