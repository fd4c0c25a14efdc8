const pairs = [
  { opens: '<!--', closes: '-->' },
  { opens: '/*', closes: '*/' },
] as const

/** Comments of several lines: those of XML, and those of C, JSON and CSS, where they begin a line. */
export class BlockComments {
  readonly #text: string
  readonly #lastClose: readonly number[]
  readonly #isWithout: boolean
  /** Up to where the text is a comment. */
  #end = 0

  constructor(text: string) {
    this.#text = text
    this.#lastClose = pairs.map(({ closes }) => text.lastIndexOf(closes))
    this.#isWithout = this.#lastClose.every((at) => at === -1)
  }

  /** Whether a line that starts at `offset` lies in such a comment. */
  holds(line: string, offset: number): boolean {
    if (offset < this.#end) return true
    if (this.#isWithout) return false
    const first = offset + line.length - line.trimStart().length
    for (const [index, { opens, closes }] of pairs.entries()) {
      if (!this.#text.startsWith(opens, first) || first >= offset + line.length) continue
      // `/*` without an end is a pattern of paths, and no comment.
      if ((this.#lastClose[index] ?? -1) < first) return false
      const end = this.#text.indexOf(closes, first + opens.length)
      this.#end = end === -1 ? offset : end + closes.length
      return false
    }
    return false
  }
}
