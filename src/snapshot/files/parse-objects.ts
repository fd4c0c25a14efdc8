import { type Json, record, text } from '../kinds/json.ts'
import {
  definitionOf,
  isKindName,
  type KindName,
  type KubeObject,
  kindFor,
  parseObject,
} from '../kinds/kinds.ts'
import { keyOf } from '../snapshot.ts'
import type { Origin, RawObject } from './documents.ts'
import { unquotedValue } from './unquoted.ts'

export interface ParsedObjects {
  readonly objects: readonly KubeObject[]
  readonly origins: ReadonlyMap<string, Origin>
  readonly skipped: ReadonlyMap<string, number>
  readonly warnings: readonly string[]
}

/**
 * Parses objects of the kinds that we read, later ones of a name in place of earlier ones, and counts the others.
 *
 * @param defaultNamespace for namespaced objects that name none
 */
export function parseObjects(raw: readonly RawObject[], defaultNamespace: string): ParsedObjects {
  const objects = new Map<string, KubeObject>()
  const origins = new Map<string, Origin>()
  const skipped = new Map<string, number>()
  const warnings = new Set<string>()
  for (const { json, origin } of raw) {
    const kind = kindFor(text(json['apiVersion']) ?? '', text(json['kind']) ?? '')
    if (kind === undefined) {
      const unreadable = unreadableVersion(json)
      if (unreadable !== undefined) warnings.add(`${placeOf(origin)}: ${unreadable}`)
      const name = groupKind(json)
      if (name !== undefined) skipped.set(name, (skipped.get(name) ?? 0) + 1)
      continue
    }
    const object = parseObject(withNamespace(json, kind, defaultNamespace))
    if (object === undefined) {
      warnings.add(`${placeOf(origin)}: ${kind} has no metadata.name and is left out`)
      continue
    }
    const unknown = unknownVersion(object, kind)
    if (unknown !== undefined) warnings.add(`${origin.file}: ${unknown}`)
    const unquoted = unquotedValue(json)
    if (unquoted !== undefined)
      warnings.add(
        `${placeOf(origin)}: ${kind} ${object.metadata.name}: ${unquoted} is not a string; the API server refuses it: put it in quotes`,
      )
    const key = keyOf({ kind, ...object.metadata })
    const earlier = origins.get(key)
    // A cluster says the same object twice in two commands; manifests that do so are two versions of something.
    if (earlier !== undefined && object.metadata.uid === undefined)
      warnings.add(`${placeOf(origin)}: ${key} replaces the one in ${placeOf(earlier)}`)
    objects.set(key, object)
    origins.set(key, origin)
  }
  return { objects: [...objects.values()], origins, skipped, warnings: [...warnings] }
}

function withNamespace(json: Json, kind: KindName, namespace: string): Json {
  const metadata = record(json['metadata'])
  const isNamed = (text(metadata['namespace']) ?? '') !== ''
  return isNamed || !definitionOf(kind).namespaced ? json : { ...json, metadata: { ...metadata, namespace } }
}

/** `Certificate.cert-manager.io`; `undefined` for what is no object of Kubernetes, such as the values of a chart. */
function groupKind(json: Json): string | undefined {
  const kind = text(json['kind'])
  const apiVersion = text(json['apiVersion'])
  if (kind === undefined || kind === '' || apiVersion === undefined) return undefined
  const slash = apiVersion.indexOf('/')
  return slash === -1 ? kind : `${kind}.${apiVersion.slice(0, slash)}`
}

/** A kind that we read, under no apiVersion, or under that of clusters before 1.22. */
function unreadableVersion(json: Json): string | undefined {
  const kind = text(json['kind']) ?? ''
  const apiVersion = text(json['apiVersion']) ?? ''
  if (!isKindName(kind) || (apiVersion !== '' && !apiVersion.startsWith('extensions/'))) return undefined
  return apiVersion === ''
    ? `${kind} has no apiVersion and is left out`
    : `${kind} of ${apiVersion}, which no cluster serves since 1.22, is left out`
}

/** Versions of a group differ in where fields stand: what cannot be found is as if it was not set. */
function unknownVersion({ apiVersion }: KubeObject, kind: KindName): string | undefined {
  const { group, versions } = definitionOf(kind)
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  if (versions.includes(version) || apiVersion === '') return undefined
  const known = [group, versions[0]].filter((part) => part !== '').join('/')
  return `${kind} of ${apiVersion} is read as ${known}: fields that stand elsewhere in that version are not seen`
}

function placeOf({ file, document, path }: Origin): string {
  const steps = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${step}`)).join('')
  return `${file}: document ${document + 1}${steps}`
}
