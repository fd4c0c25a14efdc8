const opensXml = '<!--'
const closesXml = '-->'

/** The text with blanks in place of XML comments, wherever they stand in a line, so that every offset stays. */
export function withoutXmlComments(text: string): string {
  let start = text.indexOf(opensXml)
  if (start === -1) return text
  const parts: string[] = []
  let copied = 0
  while (start !== -1) {
    const close = text.indexOf(closesXml, start + opensXml.length)
    if (close === -1) break
    const end = close + closesXml.length
    parts.push(text.slice(copied, start), text.slice(start, end).replaceAll(/[^\r\n]/g, ' '))
    copied = end
    start = text.indexOf(opensXml, end)
  }
  parts.push(text.slice(copied))
  return parts.join('')
}

const opens = '/*'
const closes = '*/'

/** Comments of several lines of C, JSON and CSS, where they begin a line. */
export class BlockComments {
  readonly #text: string
  readonly #lastClose: number
  /** Up to where the text is a comment. */
  #end = 0

  constructor(text: string) {
    this.#text = text
    this.#lastClose = text.lastIndexOf(closes)
  }

  /** Whether a line that starts at `offset` lies in such a comment. */
  holds(line: string, offset: number): boolean {
    if (offset < this.#end) return true
    if (this.#lastClose === -1) return false
    const first = offset + line.length - line.trimStart().length
    if (!this.#text.startsWith(opens, first) || first >= offset + line.length) return false
    // `/*` without an end is a pattern of paths, and no comment.
    if (this.#lastClose < first) return false
    const end = this.#text.indexOf(closes, first + opens.length)
    this.#end = end === -1 ? offset : end + closes.length
    return false
  }
}
