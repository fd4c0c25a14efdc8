import type { ObjectReference } from '../snapshot/snapshot.ts'

/**
 * A sentence as data: our own words, references to objects, and untrusted text from the cluster. Escaping, masking,
 * colour and width belong to the report.
 */
export type Piece =
  | { readonly kind: 'words'; readonly text: string }
  | { readonly kind: 'reference'; readonly reference: ObjectReference }
  /** Anything that stands in a cluster object: shown escaped. */
  | { readonly kind: 'value'; readonly text: string }

export type Text = readonly Piece[]

type Part = string | number | ObjectReference | Text

function isReference(part: ObjectReference | Text): part is ObjectReference {
  return !Array.isArray(part)
}

function pieces(part: Part): Text {
  if (typeof part === 'number') return [{ kind: 'words', text: String(part) }]
  if (typeof part === 'string') return [{ kind: 'value', text: part }]
  return isReference(part) ? [{ kind: 'reference', reference: part }] : part
}

/**
 * Writes a sentence: the template's own text is trusted, every string put into it is taken for untrusted, object
 * references and other sentences keep their meaning.
 *
 * @example say`${referenceTo(service)} asks for ${key}=${value}`
 */
export function say(strings: TemplateStringsArray, ...parts: readonly Part[]): Text {
  return strings.flatMap((text, index): Text => {
    const words: Text = text === '' ? [] : [{ kind: 'words', text }]
    const part = parts[index]
    return part === undefined ? words : [...words, ...pieces(part)]
  })
}

/** Our own word that varies, such as a singular or plural: trusted text inside {@link say}. */
export function word(text: string): Text {
  return [{ kind: 'words', text }]
}

/** Joins sentences or names: `a, b and c`. */
export function listed(items: readonly Text[], conjunction = 'and'): Text {
  return items.flatMap((item, index) => {
    if (index === 0) return item
    return [...word(index === items.length - 1 ? ` ${conjunction} ` : ', '), ...item]
  })
}

/** `1 pod`, `3 pods`. */
export function counted(count: number, noun: string, plural = `${noun}s`): Text {
  return word(`${count} ${count === 1 ? noun : plural}`)
}
