/**
 * Readers for untrusted JSON. Each returns the value when it has the wanted shape and `undefined` (or an empty
 * value) when it has not: a cluster or a file may hold anything, and a wrong field must not hide the rest.
 */

export type Json = Readonly<Record<string, unknown>>

const nothing: Json = Object.freeze({})

export function isRecord(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value as a record; an empty record when it is anything else. */
export function record(value: unknown): Json {
  return isRecord(value) ? value : nothing
}

/** Parses a nested record; `undefined` when the field is absent or not a record. */
export function optional<T>(value: unknown, parse: (json: Json) => T): T | undefined {
  return isRecord(value) ? parse(value) : undefined
}

export function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined
}

/** Beyond this many different words the memory starts anew: what is alike stands near each other in a list. */
const mostWords = 4_096
const words = new Map<string, string>()

/** As {@link text}, for what many objects say alike: one string for all of them. A large cluster only fits into memory so. */
export function word(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const known = words.get(value)
  if (known !== undefined) return known
  if (words.size >= mostWords) words.clear()
  words.set(value, value)
  return value
}

const isText = (value: unknown): value is string => typeof value === 'string'

export function integer(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isInteger(value) ? value : undefined
}

/** A truth value. kubectl reads YAML 1.1, where `yes` and `on` are true; no API server ever sends such a text. */
export function flag(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value
  if (typeof value !== 'string') return undefined
  if (/^(?:yes|Yes|YES|on|On|ON)$/.test(value)) return true
  return /^(?:no|No|NO|off|Off|OFF)$/.test(value) ? false : undefined
}

/** A Kubernetes IntOrString. */
export function integerOrText(value: unknown): number | string | undefined {
  return integer(value) ?? text(value)
}

/** One for all: most lists of most objects are empty. */
const noItems: readonly never[] = Object.freeze([])

/** Parses each record of an array; other items are left out. Absent and `null` are an empty list. */
export function list<T>(value: unknown, parse: (json: Json) => T): readonly T[] {
  return Array.isArray(value) && value.length > 0 ? value.filter(isRecord).map(parse) : noItems
}

/** The strings of an array; `undefined` when the field is absent, because "no command" is not "empty command". */
export function texts(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined
  // Nearly always all are: then no list with room to spare is made.
  return value.every(isText) ? value : value.filter(isText)
}

export type TextMap = Readonly<Record<string, string>>

/**
 * A map of strings without a prototype, so that a label called `constructor` is a label like any other. Numbers and
 * truth values that somebody forgot to quote are kept as text: without them a selector would mean something else.
 */
export function textMap(value: unknown): TextMap {
  const result: Record<string, string> = Object.create(null)
  for (const [key, item] of Object.entries(record(value))) {
    if (typeof item === 'string') result[key] = item
    else if (typeof item === 'number' || typeof item === 'boolean') result[key] = String(item)
  }
  return result
}

export function optionalTextMap(value: unknown): TextMap | undefined {
  return isRecord(value) ? textMap(value) : undefined
}
