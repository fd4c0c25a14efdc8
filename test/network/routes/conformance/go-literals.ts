/** A value of Go source: a composite literal as a record or list, a string, a number; what else stands there as `=TEXT`. */
export type GoValue = string | number | readonly GoValue[] | GoRecord
export interface GoRecord {
  readonly [key: string]: GoValue
}

const isSpace = (char: string | undefined): boolean => char !== undefined && /[\s;]/.test(char)

/** Reads composite literals of Go source, as far as tests write them: no expressions, calls are kept as text. */
class Reader {
  readonly #source: string
  at: number

  constructor(source: string, at: number) {
    this.#source = source
    this.at = at
  }

  #skip(): void {
    for (;;) {
      while (isSpace(this.#source[this.at])) this.at++
      if (!this.#source.startsWith('//', this.at)) return
      while (this.at < this.#source.length && this.#source[this.at] !== '\n') this.at++
    }
  }

  value(): GoValue {
    this.#skip()
    const char = this.#source[this.at]
    if (char === '"') return this.#sum(this.#text())
    if (char === '{') return this.composite()
    // A type, an identifier or a number: up to what ends it, or to the braces of its literal.
    const start = this.at
    for (let depth = 0; this.at < this.#source.length; this.at++) {
      const here = this.#source[this.at]
      if (here === '{' && depth === 0) return this.composite()
      if (here === '(' || here === '[') depth++
      else if (here === ')' || here === ']') depth--
      else if (depth === 0 && here !== undefined && /[,}:\n]/.test(here)) break
    }
    const word = this.#source.slice(start, this.at).trim()
    const called = /^[\w.]+\("([^"]*)"\)$/.exec(word)?.[1]
    return called ?? (/^-?\d+$/.test(word) ? Number(word) : `=${word}`)
  }

  /** A text to which the code adds something is not known. */
  #sum(text: string): string {
    this.#skip()
    if (this.#source[this.at] !== '+') return text
    while (this.at < this.#source.length && !/[,}]/.test(this.#source[this.at] ?? '')) this.at++
    return `=${text}`
  }

  #text(): string {
    const end = this.#source.indexOf('"', this.at + 1)
    const text = this.#source.slice(this.at + 1, end)
    this.at = end + 1
    return text
  }

  composite(): GoValue {
    this.at++
    const items: GoValue[] = []
    const fields: Record<string, GoValue> = {}
    for (;;) {
      this.#skip()
      if (this.at >= this.#source.length || this.#source[this.at] === '}') break
      const item = this.value()
      this.#skip()
      if (this.#source[this.at] === ':') {
        this.at++
        fields[String(item).replace(/^=/, '')] = this.value()
      } else items.push(item)
      this.#skip()
      if (this.#source[this.at] === ',') this.at++
    }
    this.at++
    return Object.keys(fields).length > 0 ? fields : items
  }
}

/** Every literal of a type in Go source, in order; those of a slice of it one by one. */
export function literalsOf(source: string, type: string): readonly GoRecord[] {
  const found: GoRecord[] = []
  for (let from = source.indexOf(`${type}{`); from !== -1; ) {
    const reader = new Reader(source, from + type.length)
    const value = reader.composite()
    const all = Array.isArray(value) ? value : [value]
    found.push(...all.filter(isGoRecord))
    from = source.indexOf(`${type}{`, reader.at)
  }
  return found
}

export function isGoRecord(value: unknown): value is GoRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
