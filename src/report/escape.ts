/** Longer texts are cut, with a visible mark. */
const longest = 1000

/** Letters, marks, numbers, punctuation, symbols and plain spaces; everything else could steer a terminal or hide. */
const printable = /[\p{L}\p{M}\p{N}\p{P}\p{S} ]/u

/**
 * Makes untrusted text harmless in any format: control, zero-width, bidirectional and unassigned characters are shown
 * as `\u{..}`, line breaks as spaces, and the length is capped.
 */
export function escapeText(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}… (cut)` : text
  return [...cut.replace(/\r?\n|\t/g, ' ')]
    .map((character) =>
      printable.test(character) ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`,
    )
    .join('')
}

/** A value inside a shell command: bare when it is harmless, else in single quotes. */
export function shellQuote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`
}
