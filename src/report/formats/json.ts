import { Document, visit } from 'yaml'
import { isPrintable, replaceUnprintable } from '../escape.ts'
import { LazyList } from '../lazy-list.ts'

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0')

/** Pieces are about as long as this, so that few are written. */
const pieceLength = 64 * 1024

/**
 * A result as indented JSON that is safe to print: what a terminal would obey is escaped in it. It comes piece by piece, for
 * the ways of a large cluster are hundreds of megabytes of text; each item of a list at the top is made when its turn comes.
 */
export function* jsonPieces(result: unknown): Generator<string> {
  let waiting = ''
  for (const part of parts(result)) {
    waiting += part
    if (waiting.length < pieceLength) continue
    yield printable(waiting)
    waiting = ''
  }
  yield `${printable(waiting)}\n`
}

function* parts(result: unknown): Generator<string> {
  const fields = isPlain(result) ? Object.entries(result).filter(([, value]) => value !== undefined) : []
  if (fields.length === 0) {
    yield JSON.stringify(result, undefined, 2)
    return
  }
  let before = '{\n'
  for (const [name, value] of fields) {
    yield `${before}  ${JSON.stringify(name)}: `
    if (value instanceof LazyList || Array.isArray(value)) yield* items(value)
    else yield indented(value, '  ')
    before = ',\n'
  }
  yield '\n}'
}

function* items(list: Iterable<unknown>): Generator<string> {
  let before = '[\n'
  for (const item of list) {
    yield `${before}    ${indented(item, '    ')}`
    before = ',\n'
  }
  yield before === '[\n' ? '[]' : '\n  ]'
}

/** No text of JSON holds a line break, so that each begins a line. */
const indented = (value: unknown, by: string): string =>
  (JSON.stringify(value, undefined, 2) ?? 'null').replaceAll('\n', `\n${by}`)

function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !('toJSON' in value)
}

const printable = (text: string): string =>
  replaceUnprintable(text, (character) =>
    character
      .split('')
      .map((unit) => `\\u${hex(unit.charCodeAt(0), 4)}`)
      .join(''),
  )

/** A result as YAML that is safe to print. */
export function toYaml(result: unknown): string {
  // By way of JSON: what is undefined there is absent here too.
  const document = new Document(JSON.parse(JSON.stringify(result)), { aliasDuplicateObjects: false })
  visit(document, {
    Scalar: (_, scalar) => {
      if (typeof scalar.value === 'string' && !isPrintable(scalar.value)) scalar.type = 'QUOTE_DOUBLE'
    },
  })
  const text = document.toString({ lineWidth: 110, doubleQuotedMinMultiLineLength: 1_000_000 })
  // YAML knows no surrogate pairs.
  return replaceUnprintable(text, (character) => `\\U${hex(character.codePointAt(0) ?? 0, 8)}`)
}
