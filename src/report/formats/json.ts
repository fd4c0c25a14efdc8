import { Document, visit } from 'yaml'
import { isPrintable, replaceUnprintable } from '../escape.ts'

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0')

/** A result as indented JSON that is safe to print: what a terminal would obey is escaped in it. */
export function toJson(result: unknown): string {
  const text = replaceUnprintable(JSON.stringify(result, undefined, 2), (character) =>
    character
      .split('')
      .map((unit) => `\\u${hex(unit.charCodeAt(0), 4)}`)
      .join(''),
  )
  return `${text}\n`
}

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
