/** Longer texts are cut, with a visible mark. */
const longest = 1000

/** All but visible letters, marks, numbers, punctuation, symbols and plain spaces: it could steer a terminal or hide. */
const notPrintable = /\p{Default_Ignorable_Code_Point}|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu

/**
 * Makes untrusted text harmless in any format: control, invisible, bidirectional and unassigned characters are shown
 * as `\u{..}`, line breaks as spaces, and the length is capped.
 */
export function escapeText(text: string): string {
  const cut = text.length > longest ? `${text.slice(0, longest)}… (cut)` : text
  return cut
    .replace(/\r?\n|\t/g, ' ')
    .replace(notPrintable, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
}

/** Whether every character of a text may be printed as it is. */
export function isPrintable(text: string): boolean {
  return text.search(notPrintable) === -1
}

/** The text with every character that must not be printed replaced; line breaks stay. */
export function replaceUnprintable(text: string, by: (character: string) => string): string {
  return text.replace(notPrintable, (character) => (character === '\n' ? character : by(character)))
}

/**
 * A value as one word of a shell command: bare when it is harmless, else in single quotes. With characters that must
 * not be printed it becomes `$'..'` (bash, zsh, POSIX 2024); a shell that does not know that form still sees one word.
 */
export function shellQuote(text: string): string {
  if (/^[\w@%+=:,./-]+$/.test(text)) return text
  return isPrintable(text) ? `'${text.replaceAll("'", `'\\''`)}'` : `$'${ansiC(text)}'`
}

/** The inside of `$'..'`: no quote stands in it, so that it ends at the same place in every shell. */
function ansiC(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll("'", '\\047').replace(notPrintable, byCode)
}

function byCode(character: string): string {
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return `\\${code.toString(8).padStart(3, '0')}`
  return code > 0xffff
    ? `\\U${code.toString(16).padStart(8, '0')}`
    : `\\u${code.toString(16).padStart(4, '0')}`
}
