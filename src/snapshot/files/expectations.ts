import { isRecord, type Json, text } from '../kinds/json.ts'
import { keyOf, type ObjectReference } from '../snapshot.ts'
import { type Origin, parseFile, type RawObject } from './documents.ts'
import { type Expectation, FieldFault, readCheck, readTables } from './expectation-fields.ts'
import type { Locate } from './load.ts'
import { locator } from './locate.ts'
import type { SourceText } from './sources.ts'

export type { Expectation } from './expectation-fields.ts'

/** Expected verdicts in one world. */
export interface Expectations {
  readonly id: string
  readonly title?: string | undefined
  /** Name of a list of objects that is loaded first. */
  readonly base?: string | undefined
  /** Objects of its own, laid over the others. */
  readonly resources: readonly RawObject[]
  readonly expectations: readonly Expectation[]
  /** `file:line:column` of one of its fields. */
  readonly locate: (field: string) => string
}

/** Something in the file that cannot be read, named and located. */
export interface ExpectationFault {
  readonly at: string
  readonly message: string
}

export interface ExpectationFile {
  readonly all: readonly Expectations[]
  /** Not empty: nothing of the file is to be used. */
  readonly faults: readonly ExpectationFault[]
  readonly warnings: readonly string[]
}

const known = ['id', 'title', 'base', 'resources', 'checks', 'pods', 'tables']

/**
 * Reads files of expected verdicts: documents with `checks` or `tables`, and `resources` if they bring some (YAML, JSON
 * or JSON lines); a list of checks alone; and Kubernetes objects beside them, which belong to every document.
 */
export function readExpectations(sources: readonly SourceText[]): ExpectationFile {
  const parsed = sources.map(({ file, content }) => parseFile(file, content))
  const raw = parsed.flatMap(({ objects }) => objects)
  const origins = new Map(raw.map(({ origin }, index) => [keyOf(placeholder(index)), origin]))
  const locate = locator(sources, origins)
  const faults: ExpectationFault[] = parsed
    .flatMap(({ warnings }) => warnings)
    .filter((warning) => !isHarmless(warning))
    .map((warning) => ({ at: '', message: warning.replace('and is left out', 'and cannot be read') }))
  const shared = raw.filter(({ json }) => isObject(json))
  const all: Expectations[] = []
  const bare = new Map<string, { readonly first: number; readonly items: { json: Json; index: number }[] }>()
  for (const [index, { json, origin }] of raw.entries()) {
    if (isObject(json)) continue
    if (isCheck(json)) {
      const key = `${origin.document} ${origin.file}`
      const list = bare.get(key) ?? { first: index, items: [] }
      list.items.push({ json, index })
      bare.set(key, list)
      continue
    }
    all.push(readDocument(json, index, origin, shared, locate, faults))
  }
  for (const { items } of bare.values()) all.push(readList(items, shared, locate, faults))
  if (faults.length === 0 && all.every(({ expectations }) => expectations.length === 0))
    faults.push({ at: sources.map(({ file }) => file).join(', '), message: 'holds no expected verdict' })
  const warnings = parsed.flatMap((file) => file.warnings).filter(isHarmless)
  return { all, faults, warnings }
}

/** The last of equal keys counts, as in kubectl. */
const isHarmless = (warning: string): boolean => warning.endsWith('the last one counts')

function placeholder(index: number): ObjectReference {
  return { apiVersion: '', kind: 'Expectations', name: String(index) }
}

function isObject(json: Json): boolean {
  return text(json['apiVersion']) !== undefined && text(json['kind']) !== undefined
}

function isCheck(json: Json): boolean {
  return ['from', 'to', 'expect'].some((key) => Object.hasOwn(json, key)) && !Object.hasOwn(json, 'checks')
}

/** Faults are collected, so that all of them are named at once. */
class Reader {
  readonly #place: (field: string) => string
  readonly #faults: ExpectationFault[]

  constructor(place: (field: string) => string, faults: ExpectationFault[]) {
    this.#place = place
    this.#faults = faults
  }

  read<T>(work: () => T): T | undefined {
    try {
      return work()
    } catch (error) {
      if (!(error instanceof FieldFault)) throw error
      this.fault(error.field, error.message)
      return undefined
    }
  }

  fault(field: string, message: string): void {
    this.#faults.push({ at: this.#place(field), message })
  }
}

function readDocument(
  json: Json,
  index: number,
  origin: Origin,
  shared: readonly RawObject[],
  locate: Locate,
  faults: ExpectationFault[],
): Expectations {
  const place = (field: string): string => locate(placeholder(index), field) ?? origin.file
  const reader = new Reader(place, faults)
  if (!Object.hasOwn(json, 'checks') && !Object.hasOwn(json, 'tables'))
    reader.fault(
      '',
      `has neither checks nor tables: its fields are ${Object.keys(json).slice(0, 8).join(', ') || 'none'}; known are ${known.join(', ')}`,
    )
  const resources = listAt(json, 'resources', reader).flatMap((item, at): readonly RawObject[] => {
    if (isRecord(item) && isObject(item))
      return [{ json: item, origin: { ...origin, path: [...origin.path, 'resources', at] } }]
    reader.fault(`resources[${at}]`, 'is no Kubernetes object: it lacks apiVersion or kind')
    return []
  })
  const checks = listAt(json, 'checks', reader).flatMap(
    (check, at) => reader.read(() => readCheck(check, `checks[${at}]`)) ?? [],
  )
  const cells = reader.read(() => readTables(json)) ?? []
  const base = json['base']
  if (base !== undefined && typeof base !== 'string')
    reader.fault('base', 'must be the name of a list of objects')
  return {
    id: text(json['id']) ?? text(json['title']) ?? `document ${index + 1}`,
    title: text(json['title']),
    base: text(base),
    resources: [...shared, ...resources],
    expectations: [...checks, ...cells],
    locate: place,
  }
}

function readList(
  items: readonly { readonly json: Json; readonly index: number }[],
  shared: readonly RawObject[],
  locate: Locate,
  faults: ExpectationFault[],
): Expectations {
  const place = (field: string): string => {
    const [, index, rest = ''] = /^\[(\d+)\]\.?(.*)$/.exec(field) ?? []
    return locate(placeholder(Number(index)), rest) ?? ''
  }
  const reader = new Reader(place, faults)
  const expectations = items.flatMap(
    ({ json, index }) => reader.read(() => readCheck(json, `[${index}]`)) ?? [],
  )
  return { id: 'checks', resources: shared, expectations, locate: place }
}

function listAt(json: Json, field: string, reader: Reader): readonly unknown[] {
  const value = json[field]
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  reader.fault(field, 'must be a list')
  return []
}
