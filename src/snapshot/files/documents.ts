import { LineCounter, parseAllDocuments } from 'yaml'
import { isRecord, type Json, text as textOf } from '../kinds/json.ts'
import { KnownError } from '../known-error.ts'

/** One object of a file, before it is parsed into a kind. */
export interface RawObject {
  readonly json: Json
  readonly origin: Origin
}

/** Where an object stands: enough to find the line of any of its fields again. */
export interface Origin {
  readonly file: string
  /** Which document of the file, from 0. */
  readonly document: number
  /** Steps from the document to the object: empty, or `items` and an index in a List. */
  readonly path: readonly (string | number)[]
}

export interface ParsedFile {
  readonly objects: readonly RawObject[]
  /** One line for each document that was left out: file, line and reason. */
  readonly warnings: readonly string[]
}

/**
 * Splits a file into objects: JSON or YAML, many documents, Lists unpacked. A broken document is named by file and
 * line and left out; the others are used.
 */
export function parseFile(file: string, content: string): ParsedFile {
  const start = content.trimStart()[0]
  if (start === '{' || start === '[') {
    const json = tryJson(content)
    if (json !== undefined) return { objects: unpack(json, file, 0), warnings: [] }
  }
  const objects: RawObject[] = []
  const warnings: string[] = []
  const lines = new LineCounter()
  const documents = parseAllDocuments(content, { lineCounter: lines, logLevel: 'silent', stringKeys: true })
  if (!Array.isArray(documents)) return { objects, warnings }
  for (const [index, document] of documents.entries()) {
    const [error] = document.errors
    if (error !== undefined) {
      const { line, col } = lines.linePos(error.pos[0])
      warnings.push(
        `${file}:${line}:${col}: document ${index + 1} is not valid YAML and is left out: ${firstLine(error.message)}`,
      )
      continue
    }
    const value = toJson(() => document.toJS({ maxAliasCount: 1000 }))
    if (value instanceof Error) {
      warnings.push(
        `${file}: document ${index + 1} cannot be read and is left out: ${firstLine(value.message)}`,
      )
      continue
    }
    objects.push(...unpack(value, file, index))
  }
  return { objects, warnings }
}

function tryJson(content: string): unknown {
  try {
    return JSON.parse(content)
  } catch {
    return undefined
  }
}

function toJson(read: () => unknown): unknown {
  try {
    return read()
  } catch (error) {
    return error instanceof Error ? error : new KnownError('DOCUMENT_UNREADABLE', String(error))
  }
}

const firstLine = (message: string): string => message.split('\n', 1)[0] ?? ''

/** The objects of one document: itself, or the items of a List, which may lack a kind of their own. */
function unpack(value: unknown, file: string, document: number): readonly RawObject[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) =>
      isRecord(item) ? [{ json: item, origin: { file, document, path: [index] } }] : [],
    )
  }
  if (!isRecord(value)) return []
  const { items } = value
  const kind = textOf(value['kind']) ?? ''
  if (!kind.endsWith('List') || !Array.isArray(items))
    return [{ json: value, origin: { file, document, path: [] } }]
  const stamp =
    kind === 'List' ? {} : { apiVersion: value['apiVersion'], kind: kind.slice(0, -'List'.length) }
  return items.flatMap((item: unknown, index) =>
    isRecord(item)
      ? [{ json: { ...stamp, ...item }, origin: { file, document, path: ['items', index] } }]
      : [],
  )
}
