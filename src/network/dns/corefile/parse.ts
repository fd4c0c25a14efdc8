import { type Token, tokensOf } from './lexer.ts'

/** A line of a plugin's configuration: its words, and the lines of the block that it opens. */
export interface Line {
  readonly words: readonly string[]
  /** In its own file, from 1. */
  readonly line: number
  /** The imported file that it stands in; '' for the Corefile itself. */
  readonly file: string
  readonly block: readonly Line[]
}

/** One use of a plugin; the first word is its name. */
export type Directive = Line

/** A server block: the addresses that it serves and the plugins that it uses, in the order of the file. */
export interface ServerBlock {
  readonly keys: readonly string[]
  readonly line: number
  readonly file: string
  readonly directives: readonly Directive[]
}

/** Why CoreDNS refuses to start with a Corefile, or to reload it. */
export interface CorefileError {
  readonly line: number
  readonly file: string
  readonly message: string
}

/** What an `import` finds. */
export interface Imported {
  readonly name: string
  readonly text: string
}

export interface ParseOptions {
  /** The variables of the server's container; one that is not set is empty, as in CoreDNS. */
  readonly env?: ReadonlyMap<string, string> | undefined
  /** The files that a pattern finds, by name; `undefined` when nobody can say. */
  readonly files?: ((pattern: string) => readonly Imported[] | undefined) | undefined
}

export interface ParsedCorefile {
  /** Those before the error, if there is one: CoreDNS then uses none of them. */
  readonly blocks: readonly ServerBlock[]
  /** The first error, at which CoreDNS stops. */
  readonly error?: CorefileError | undefined
  /** Patterns of imports whose files are in no object. */
  readonly unknownImports: readonly string[]
}

/** CoreDNS stops at a thousand imports; words are limited so that imports of imports stay small. */
const mostImports = 1000
const mostTokens = 500_000

class Refusal extends Error {
  readonly at: Omit<CorefileError, 'message'>

  constructor(message: string, at: Omit<CorefileError, 'message'>) {
    super(message)
    this.at = { line: at.line, file: at.file }
  }
}

/**
 * Parses a Corefile: server blocks with several addresses, snippets, imports, quotes, comments and environment
 * variables. Never throws; time and memory are linear in the text and what it imports.
 *
 * Source of the grammar: coredns/caddy, caddyfile/parse.go.
 */
export function parseCorefile(text: string, options: ParseOptions = {}): ParsedCorefile {
  const parser = new Parser(tokensOf(text), options)
  const blocks: ServerBlock[] = []
  const { unknownImports } = parser
  try {
    for (let block = parser.next(); block !== 'end'; block = parser.next())
      if (block !== 'snippet' && block.keys.length > 0) blocks.push(block)
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown
    return { blocks, unknownImports, error: { ...thrown.at, message: thrown.message } }
  }
  return { blocks, unknownImports }
}

/** Words that are still to be read; an import puts its own in front. */
interface Source {
  readonly tokens: readonly Token[]
  at: number
}

class Parser {
  readonly unknownImports: string[] = []
  readonly #options: ParseOptions
  readonly #sources: Source[]
  readonly #snippets = new Map<string, readonly Token[]>()
  #imports = 0
  #taken = 0
  /** The current word, and the one before it. */
  #token: Token | undefined
  #before: Token | undefined
  /** Read, and put back. */
  #waiting: Token | undefined

  constructor(tokens: readonly Token[], options: ParseOptions) {
    this.#sources = [{ tokens, at: 0 }]
    this.#options = options
  }

  /** The next server block. */
  next(): ServerBlock | 'snippet' | 'end' {
    if (!this.#advance()) return 'end'
    const { keys, isAtEnd, start } = this.#addresses()
    const { line, file } = start
    if (isAtEnd) return { keys, line, file, directives: [] }
    const [only = ''] = keys
    if (keys.length === 1 && only.startsWith('(') && only.endsWith(')')) {
      this.#define(only.slice(1, -1))
      return 'snippet'
    }
    return { keys, line, file, directives: this.#contents() }
  }

  #addresses(): { readonly keys: readonly string[]; readonly isAtEnd: boolean; readonly start: Token } {
    const keys: string[] = []
    let start = this.#current()
    for (let isMoreExpected = false; ; ) {
      const token = this.#current()
      const written = this.#replaced(token.text)
      if (written === 'import' && this.#isNewLine()) {
        this.#import()
        if (!this.#advance()) return { keys, isAtEnd: true, start }
        continue
      }
      if (written === '{') {
        if (isMoreExpected) this.#refuse("expected another address but had '{': there is a comma too much")
        return { keys, isAtEnd: false, start }
      }
      if (written !== '') {
        if (keys.length === 0) start = token
        isMoreExpected = written.endsWith(',')
        keys.push(isMoreExpected ? written.slice(0, -1) : written)
      }
      const hasNext = this.#advance()
      if (!hasNext && isMoreExpected) this.#refuse('unexpected end of the file')
      if (!hasNext) return { keys, isAtEnd: true, start }
      if (!isMoreExpected && this.#isNewLine()) return { keys, isAtEnd: false, start }
    }
  }

  #contents(): readonly Directive[] {
    const hasBrace = this.#current().text === '{'
    // A file for a single server needs no braces.
    if (!hasBrace) this.#putBack()
    const directives: Directive[] = []
    let isClosed = false
    while (this.#advance()) {
      const { text } = this.#current()
      if (text === '}') {
        isClosed = true
        break
      }
      if (text === 'import') this.#import()
      else directives.push(this.#directive())
    }
    if (hasBrace && !isClosed) this.#refuse("unexpected end of the file: a '}' is missing")
    return directives
  }

  /** A plugin with everything up to the end of its line, or of its block. */
  #directive(): Directive {
    const words: Token[] = [this.#readable()]
    const lines: number[] = [0]
    let depth = 0
    while (this.#advance()) {
      const { text } = this.#current()
      const isNewLine = this.#isNewLine()
      if (text === '{') depth += 1
      else if (isNewLine && depth === 0) {
        this.#putBack()
        break
      } else if (text === '}') {
        if (depth === 0) this.#refuse("unexpected '}': nothing is open here")
        depth -= 1
      } else if (text === 'import' && isNewLine) {
        this.#import()
        continue
      }
      if (isNewLine) lines.push(words.length)
      words.push(this.#readable())
    }
    if (depth > 0) this.#refuse("unexpected end of the file: a '}' is missing")
    return grouped(words, new Set(lines))
  }

  /** The current word with its variables replaced. */
  #readable(): Token {
    const token = this.#current()
    return { ...token, text: this.#replaced(token.text) }
  }

  #define(name: string): void {
    if (this.#snippets.has(name)) this.#refuse(`the snippet (${name}) is declared twice`)
    if (this.#current().text !== '{') this.#refuse(`the snippet (${name}) needs a '{'`)
    const tokens: Token[] = []
    let depth = 1
    while (this.#advance()) {
      const token = this.#current()
      if (token.text === '}') depth -= 1
      if (depth === 0) {
        this.#snippets.set(name, tokens)
        return
      }
      if (token.text === '{') depth += 1
      tokens.push(token)
    }
    this.#refuse(`unexpected end of the file: a '}' is missing behind the snippet (${name})`)
  }

  /** Puts what an import stands for in front of the words that follow it. */
  #import(): void {
    const keyword = this.#current()
    const isArgument = this.#advance() && !this.#isNewLine()
    if (!isArgument) this.#refuse('import needs the name of a file or of a snippet', keyword)
    const pattern = this.#replaced(this.#current().text)
    if (pattern === '') this.#refuse('import needs the name of a file or of a snippet', keyword)
    if (this.#advance()) {
      const isSecond = !this.#isNewLine()
      if (isSecond) this.#refuse('import takes one argument', keyword)
      this.#putBack()
    }
    this.#imports += 1
    if (this.#imports > mostImports) this.#refuse('imports are nested too deeply', keyword)
    const waiting = this.#waiting
    this.#waiting = undefined
    if (waiting !== undefined) this.#sources.push({ tokens: [waiting], at: 0 })
    for (const tokens of [...this.#tokensFor(pattern, keyword)].reverse())
      this.#sources.push({ tokens, at: 0 })
  }

  #tokensFor(pattern: string, keyword: Token): readonly (readonly Token[])[] {
    const snippet = this.#snippets.get(pattern)
    if (snippet !== undefined) return [snippet]
    const files = this.#options.files?.(pattern)
    if (files === undefined) {
      this.unknownImports.push(pattern)
      return []
    }
    if (files.length === 0 && !/[*?[\]]/.test(pattern)) this.#refuse(`nothing to import: ${pattern}`, keyword)
    return files.map(({ name, text }) => tokensOf(text, name))
  }

  #advance(): boolean {
    const next = this.#waiting ?? this.#take()
    this.#waiting = undefined
    if (next === undefined) return false
    this.#before = this.#token
    this.#token = next
    return true
  }

  #putBack(): void {
    this.#waiting = this.#token
    this.#token = this.#before
  }

  #take(): Token | undefined {
    for (let source = this.#sources.at(-1); source !== undefined; source = this.#sources.at(-1)) {
      const token = source.tokens[source.at]
      source.at += 1
      if (token !== undefined) {
        this.#taken += 1
        if (this.#taken > mostTokens) this.#refuse('the file is too long', token)
        return token
      }
      this.#sources.pop()
    }
    return undefined
  }

  #current(): Token {
    return this.#token ?? { text: '', line: 1, breaks: 0, file: '' }
  }

  /** Whether the current word is the first of its line. Source: caddyfile/dispenser.go. */
  #isNewLine(): boolean {
    const [before, token] = [this.#before, this.#token]
    if (before === undefined || token === undefined) return true
    return before.file !== token.file || before.line + before.breaks < token.line
  }

  #refuse(message: string, at: Token = this.#current()): never {
    throw new Refusal(message, at)
  }

  #replaced(text: string): string {
    if (!text.includes('{')) return text
    const read = (name: string): string => this.#options.env?.get(name) ?? ''
    return text
      .replace(/\{%([^%{}]{1,200})%\}/g, (_, name: string) => read(name))
      .replace(/\{\$([^{}]{1,200})\}/g, (_, name: string) => read(name))
  }
}

/** The words of a plugin as lines with blocks. Braces are known to be paired. */
function grouped(words: readonly Token[], starts: ReadonlySet<number>): Directive {
  interface Open {
    readonly words: string[]
    readonly line: number
    readonly file: string
    readonly block: Open[]
  }
  const open = ({ line, file }: Token): Open => ({ words: [], line, file, block: [] })
  const [first] = words
  const root = open(first ?? { text: '', line: 1, breaks: 0, file: '' })
  const stack: { readonly lines: Open[]; current: Open | undefined }[] = [{ lines: [root], current: root }]
  for (const [index, token] of words.entries()) {
    const top = stack.at(-1)
    if (top === undefined) break
    if (token.text === '{') {
      const owner = top.current ?? root
      stack.push({ lines: owner.block, current: undefined })
    } else if (token.text === '}') stack.pop()
    else {
      if (top.current === undefined || (starts.has(index) && stack.length > 1)) {
        top.current = open(token)
        top.lines.push(top.current)
      }
      top.current.words.push(token.text)
    }
  }
  return root
}
