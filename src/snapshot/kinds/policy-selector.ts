import { isRecord, type Json, record, text, textMap, texts } from './json.ts'
import type { LabelSelector } from './kind.ts'

/**
 * What a parser met and could not read: unknown fields, and known fields of another type. A policy must never get
 * wider because a part of it was dropped, so whoever evaluates it has to see them. Saved under its own name, which
 * keeps parsing what was saved the same.
 */
export interface Unread {
  readonly unreadFields?: readonly string[] | undefined
}

/** A selector of a policy, with the parts of it that no label can be compared with. */
export interface PolicySelector extends LabelSelector, Unread {}

/** Names the fields of `json` that have a value but none in `parsed`, where the parser put all that it understood. */
export function unreadFields(json: Json, parsed: object): readonly string[] | undefined {
  const understood = new Map<string, unknown>(Object.entries(parsed))
  const missed = Object.keys(json).filter(
    (key) =>
      key !== 'unreadFields' &&
      json[key] !== null &&
      json[key] !== undefined &&
      understood.get(key) === undefined,
  )
  const all = [...new Set([...missed, ...(texts(json['unreadFields']) ?? [])])].sort()
  return all.length === 0 ? undefined : all
}

/**
 * Parses every item of an array, so that indexes stay those of the field path. As in the API server, `null` is an
 * empty item; what is no object at all is an item that could not be read.
 *
 * @returns `undefined` when the field is absent, `null` or no array
 */
export function everyItem<T>(value: unknown, parse: (json: Json) => T): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined
  return value.map((item) =>
    parse(item === null || isRecord(item) ? record(item) : { unreadFields: ['(item)'] }),
  )
}

/** The texts of an array, each at its index; what is no text is empty, and so no valid value of anything. */
export function everyText(value: unknown): readonly string[] | undefined {
  return Array.isArray(value) ? value.map((item) => text(item) ?? '') : undefined
}

/** Parses metav1.LabelSelector. `null` values are empty strings, as the API server decodes them. */
export function parsePolicySelector(json: Json): PolicySelector {
  const labels = record(json['matchLabels'])
  const expressions = Array.isArray(json['matchExpressions']) ? json['matchExpressions'] : []
  const parsed = {
    matchLabels: textMap(
      Object.fromEntries(Object.entries(labels).map(([key, value]) => [key, value ?? ''])),
    ),
    matchExpressions: expressions.map(record).map((item) => ({
      key: text(item['key']) ?? '',
      operator: text(item['operator']) ?? '',
      values: (Array.isArray(item['values']) ? item['values'] : []).flatMap(
        (value) => text(value ?? '') ?? [],
      ),
    })),
  }
  const wrong = [...wrongShapes(json), ...wrongLabels(labels), ...wrongExpressions(expressions)]
  const known = { ...parsed, ...Object.fromEntries(wrong.map((name) => [name, undefined])) }
  const unread = [...new Set([...wrong, ...(unreadFields(json, known) ?? [])])].sort()
  return { ...parsed, unreadFields: unread.length === 0 ? undefined : unread }
}

function wrongShapes(json: Json): readonly string[] {
  const { matchLabels = null, matchExpressions = null } = json
  return [
    ...(matchLabels === null || isRecord(matchLabels) ? [] : ['matchLabels']),
    ...(matchExpressions === null || Array.isArray(matchExpressions) ? [] : ['matchExpressions']),
  ]
}

function wrongLabels(labels: Json): readonly string[] {
  return Object.entries(labels)
    .filter(([, value]) => value !== null && typeof value !== 'string')
    .map(([key]) => `matchLabels.${key}`)
}

function wrongExpressions(expressions: readonly unknown[]): readonly string[] {
  return expressions.flatMap((expression, index) => {
    const { key, operator, values = null } = record(expression)
    const isRead =
      typeof key === 'string' &&
      typeof operator === 'string' &&
      (values === null ||
        (Array.isArray(values) && values.every((value) => value === null || typeof value === 'string')))
    if (!isRead) return [`matchExpressions[${index}]`]
    const unknown = unreadFields(record(expression), { key, operator, values: values ?? [] }) ?? []
    return unknown.map((field) => `matchExpressions[${index}].${field}`)
  })
}
