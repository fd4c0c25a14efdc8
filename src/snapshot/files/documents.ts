import { LineCounter, parseDocument } from 'yaml'
import { isRecord, type Json, text as textOf } from '../kinds/json.ts'
import { type Chunk, splitDocuments } from './split.ts'

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
  /** One line for each document that was left out, or read with doubt: file, line and reason. */
  readonly warnings: readonly string[]
}

/** Beyond it, a text that is no JSON is not tried as YAML: that would take minutes. */
const largestFlowText = 2 ** 20
const deepestList = 5
const mostWarnings = 20

/**
 * Splits a file into objects: JSON or YAML, many documents, Lists unpacked. A broken document is named by file and
 * line and left out; the others are used. Reading is that of kubectl: merge keys work, the last of equal keys counts
 * (and is warned about). Never throws.
 */
export function parseFile(file: string, content: string): ParsedFile {
  const start = content.trimStart()[0]
  if (start === '{' || start === '[') {
    const json = tryJson(content)
    if (json.ok) return { objects: unpack(json.value, { file, document: 0, path: [] }), warnings: [] }
  }
  const objects: RawObject[] = []
  const warnings: string[] = []
  for (const [document, chunk] of splitDocuments(content).entries()) {
    const parsed = parseChunk(chunk, file, document)
    for (const item of unpack(parsed.value, { file, document, path: [] })) objects.push(item)
    warnings.push(...parsed.warnings)
  }
  const more = warnings.length - mostWarnings
  return {
    objects,
    warnings:
      more > 0
        ? [...warnings.slice(0, mostWarnings), `${file}: ${more} more documents like these`]
        : warnings,
  }
}

interface ParsedChunk {
  readonly value: unknown
  readonly warnings: readonly string[]
}

function parseChunk(chunk: Chunk, file: string, document: number): ParsedChunk {
  const start = chunk.text.trimStart()[0]
  const isFlow = start === '{' || start === '['
  if (isFlow) {
    const json = tryJson(chunk.text)
    if (json.ok) return { value: json.value, warnings: [] }
    if (chunk.text.length > largestFlowText) {
      const place = placeOf(chunk, json.position ?? chunk.text.trimEnd().length)
      return { value: undefined, warnings: [leftOut(`${file}:${place}`, document, 'JSON', json.reason)] }
    }
  }
  return parseYaml(chunk, file, document, isFlow ? 'JSON' : 'YAML')
}

function parseYaml(chunk: Chunk, file: string, document: number, language: string): ParsedChunk {
  const lines = new LineCounter()
  const warnings: string[] = []
  const placed = (offset: number): string => {
    const { line, col } = lines.linePos(offset)
    return `${file}:${chunk.line + line - 1}:${col}`
  }
  try {
    const parsed = parseDocument(chunk.text, {
      lineCounter: lines,
      logLevel: 'silent',
      stringKeys: true,
      merge: true,
    })
    for (const error of parsed.errors) {
      const where = placed(error.pos[0])
      if (error.code === 'DUPLICATE_KEY') {
        warnings.push(`${where}: document ${document + 1} has this key twice, the last one counts`)
        continue
      }
      const reason = chunk.text.includes('{{')
        ? 'it looks like a template; render it first, for example by helm template'
        : reasonOf(error.message)
      return { value: undefined, warnings: [leftOut(where, document, language, reason)] }
    }
    return { value: parsed.toJS({ maxAliasCount: 1000 }), warnings }
  } catch (error) {
    // Aliases without anchor, alias bombs, and nesting deeper than the stack.
    const reason = error instanceof Error ? reasonOf(error.message) : 'it cannot be read'
    return { value: undefined, warnings: [leftOut(`${file}:${chunk.line}:1`, document, language, reason)] }
  }
}

function leftOut(where: string, document: number, language: string, reason: string): string {
  return `${where}: document ${document + 1} is not valid ${language} and is left out: ${reason}`
}

/** The parser's sentence without its excerpts: they may hold a password. */
function reasonOf(message: string): string {
  const [line = ''] = message.split('\n', 1)
  return line.replace(/ at line \d+.*$/, '').replace(/: ".*$/, '')
}

type JsonResult =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly reason: string; readonly position: number | undefined }

function tryJson(content: string): JsonResult {
  try {
    return { ok: true, value: JSON.parse(content) }
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const position = /position (\d+)/.exec(message)?.[1]
    const reason = /end of JSON input/.test(message) ? 'it ends too early' : 'there is a syntax error'
    return { ok: false, reason, position: position === undefined ? undefined : Number(position) }
  }
}

function placeOf({ text, line }: Chunk, position: number): string {
  const before = text.slice(0, position).split('\n')
  return `${line + before.length - 1}:${(before.at(-1) ?? '').length + 1}`
}

/** The objects of one document: itself, or the items of a List, which may lack a kind of their own. */
function unpack(value: unknown, origin: Origin): readonly RawObject[] {
  const { path } = origin
  if (path.length > 2 * deepestList) return []
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => unpack(item, { ...origin, path: [...path, index] }))
  }
  if (!isRecord(value)) return []
  const kind = textOf(value['kind']) ?? ''
  // A kind of somebody's own may end in List too; its objects have no items of their own.
  if (!kind.endsWith('List') || !Object.hasOwn(value, 'items')) return [{ json: value, origin }]
  const { apiVersion, items } = value
  if (!Array.isArray(items)) return []
  const itemKind = kind.slice(0, -'List'.length)
  return items.flatMap((item: unknown, index) =>
    unpack(stamped(item, apiVersion, itemKind), { ...origin, path: [...path, 'items', index] }),
  )
}

/** An item of a typed list with the kind that the list says once for all of them. */
function stamped(item: unknown, apiVersion: unknown, kind: string): unknown {
  if (!isRecord(item) || kind === '' || textOf(item['kind']) !== undefined) return item
  return { ...item, apiVersion: item['apiVersion'] ?? apiVersion, kind }
}
