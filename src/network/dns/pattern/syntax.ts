/** A regular expression as a tree. */
export type Syntax =
  | { readonly kind: 'set'; readonly has: (code: number) => boolean }
  | { readonly kind: 'start' | 'end' | 'empty' }
  | { readonly kind: 'word-edge'; readonly isEdge: boolean }
  | { readonly kind: 'all' | 'any-of'; readonly parts: readonly Syntax[] }
  | { readonly kind: 'group'; readonly index: number; readonly body: Syntax }
  | {
      readonly kind: 'repeat'
      readonly body: Syntax
      readonly least: number
      readonly most: number
      readonly isGreedy: boolean
    }

export interface ParsedPattern {
  readonly tree: Syntax
  /** Names of groups by number; group 0 is the whole match. */
  readonly groups: readonly string[]
}

class NotUnderstood extends Error {}

/** RE2 allows no more, and so neither do we. */
const mostRepeats = 1000

/** Reads an expression of Go's syntax (RE2). `undefined` for what is no expression, or is not understood here. */
export function parsePattern(source: string): ParsedPattern | undefined {
  try {
    const reader = new Reader(source)
    return { tree: reader.whole(), groups: reader.groups }
  } catch (thrown) {
    if (thrown instanceof NotUnderstood) return undefined
    throw thrown
  }
}

const digit = (code: number): boolean => code >= 48 && code <= 57
const wordChar = (code: number): boolean =>
  digit(code) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95
const blank = (code: number): boolean => code === 32 || (code >= 9 && code <= 13)
const classes: ReadonlyMap<string, (code: number) => boolean> = new Map([
  ['d', digit],
  ['w', wordChar],
  ['s', blank],
])

export const isWordCode = wordChar

class Reader {
  readonly groups: string[] = ['']
  readonly #source: string
  #at = 0
  #ignoresCase = false
  #depth = 0

  constructor(source: string) {
    this.#source = source
  }

  whole(): Syntax {
    const tree = this.#choice()
    if (this.#at < this.#source.length) throw new NotUnderstood()
    return tree
  }

  #choice(): Syntax {
    this.#depth += 1
    if (this.#depth > 50) throw new NotUnderstood()
    const parts = [this.#sequence()]
    while (this.#take('|')) parts.push(this.#sequence())
    this.#depth -= 1
    const [only] = parts
    return parts.length === 1 && only !== undefined ? only : { kind: 'any-of', parts }
  }

  #sequence(): Syntax {
    const parts: Syntax[] = []
    while (this.#at < this.#source.length && !'|)'.includes(this.#peek())) parts.push(this.#repeated())
    return { kind: 'all', parts }
  }

  #repeated(): Syntax {
    const body = this.#atom()
    const range = this.#range()
    if (range === undefined) return body
    const isGreedy = !this.#take('?')
    if ('*+?'.includes(this.#peek()) && this.#peek() !== '') throw new NotUnderstood()
    return { kind: 'repeat', body, ...range, isGreedy }
  }

  #range(): { readonly least: number; readonly most: number } | undefined {
    const infinite = Number.POSITIVE_INFINITY
    if (this.#take('*')) return { least: 0, most: infinite }
    if (this.#take('+')) return { least: 1, most: infinite }
    if (this.#take('?')) return { least: 0, most: 1 }
    const counted = /^\{(\d{1,4})(,(\d{0,4}))?\}/.exec(this.#source.slice(this.#at, this.#at + 12))
    if (counted === null) return undefined
    const [text, least = '0', comma, most] = counted
    this.#at += text.length
    const to =
      comma === undefined ? Number(least) : most === '' || most === undefined ? infinite : Number(most)
    const isTooMuch = Number(least) > mostRepeats || (to !== infinite && to > mostRepeats)
    if (isTooMuch || to < Number(least)) throw new NotUnderstood()
    return { least: Number(least), most: to }
  }

  #atom(): Syntax {
    const char = this.#next()
    switch (char) {
      case '.':
        return { kind: 'set', has: (code) => code !== 10 }
      case '^':
        return { kind: 'start' }
      case '$':
        return { kind: 'end' }
      case '(':
        return this.#group()
      case '[':
        return this.#set()
      case '\\':
        return this.#escape()
      case '*':
      case '+':
      case '?':
      case ')':
        throw new NotUnderstood()
      default:
        return this.#literal(char)
    }
  }

  #literal(char: string): Syntax {
    const code = char.codePointAt(0) ?? 0
    return { kind: 'set', has: this.#folded((other) => other === code) }
  }

  #folded(has: (code: number) => boolean): (code: number) => boolean {
    if (!this.#ignoresCase) return has
    const other = (code: number): number =>
      code >= 65 && code <= 90 ? code + 32 : code >= 97 && code <= 122 ? code - 32 : code
    return (code) => has(code) || has(other(code))
  }

  #group(): Syntax {
    if (!this.#take('?')) return this.#numbered('')
    const flags = /^i?\)/.exec(this.#source.slice(this.#at, this.#at + 2))
    if (flags !== null) {
      this.#at += flags[0].length
      this.#ignoresCase = true
      return { kind: 'empty' }
    }
    if (this.#take(':')) return this.#closed(this.#choice())
    const name = /^P?<(\w{1,60})>/.exec(this.#source.slice(this.#at, this.#at + 70))
    if (name === null) throw new NotUnderstood()
    this.#at += name[0].length
    return this.#numbered(name[1] ?? '')
  }

  #numbered(name: string): Syntax {
    const index = this.groups.push(name) - 1
    return { kind: 'group', index, body: this.#closed(this.#choice()) }
  }

  #closed(body: Syntax): Syntax {
    if (!this.#take(')')) throw new NotUnderstood()
    return body
  }

  #escape(): Syntax {
    const char = this.#next()
    if (char === 'b' || char === 'B') return { kind: 'word-edge', isEdge: char === 'b' }
    if (char === 'A') return { kind: 'start' }
    if (char === 'z') return { kind: 'end' }
    const has = this.#classOf(char)
    return has === undefined ? this.#literal(escaped(char)) : { kind: 'set', has }
  }

  #classOf(char: string): ((code: number) => boolean) | undefined {
    const has = classes.get(char.toLowerCase())
    if (has === undefined) return undefined
    return char === char.toLowerCase() ? has : (code) => !has(code)
  }

  #set(): Syntax {
    const isNegated = this.#take('^')
    const tests: ((code: number) => boolean)[] = []
    for (let isFirst = true; isFirst || this.#peek() !== ']'; isFirst = false) {
      const char = this.#next()
      const named = /^:(\w{1,10}):\]/.exec(char === '[' ? this.#source.slice(this.#at, this.#at + 14) : '')
      if (named !== null) throw new NotUnderstood()
      const own = char === '\\' ? this.#classOf(this.#peek()) : undefined
      if (own !== undefined) {
        this.#at += 1
        tests.push(own)
        continue
      }
      const from = codeOf(char === '\\' ? escaped(this.#next()) : char)
      const isRange = this.#peek() === '-' && ![']', ''].includes(this.#source.charAt(this.#at + 1))
      if (!isRange) {
        tests.push((code) => code === from)
        continue
      }
      this.#at += 1
      const last = this.#next()
      const to = codeOf(last === '\\' ? escaped(this.#next()) : last)
      if (to < from) throw new NotUnderstood()
      tests.push((code) => code >= from && code <= to)
    }
    this.#at += 1
    const isIn = this.#folded((code) => tests.some((has) => has(code)))
    return { kind: 'set', has: isNegated ? (code) => !isIn(code) : isIn }
  }

  #peek(): string {
    return this.#source.charAt(this.#at)
  }

  #next(): string {
    const code = this.#source.codePointAt(this.#at)
    if (code === undefined) throw new NotUnderstood()
    const char = String.fromCodePoint(code)
    this.#at += char.length
    return char
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false
    this.#at += 1
    return true
  }
}

const codeOf = (char: string): number => char.codePointAt(0) ?? 0

/** An escaped character that stands for itself, or for a blank. */
function escaped(char: string): string {
  const blanks: ReadonlyMap<string, string> = new Map([
    ['n', '\n'],
    ['t', '\t'],
    ['r', '\r'],
  ])
  const known = blanks.get(char)
  if (known !== undefined) return known
  if (/[A-Za-z0-9]/.test(char)) throw new NotUnderstood()
  return char
}
