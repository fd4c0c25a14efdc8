import { masked } from '../../snapshot/mask-text.ts'
import type { Span } from './found.ts'
import { isGuardKey } from './key-words.ts'
import { isKeyWord, isPlainScheme, isPlainWord, roleParts } from './mask-words.ts'
import { driverPrefix } from './urls.ts'

/** What survives in a masked text besides words that the scanner knows. */
export interface Kept {
  /** Stretches of the text that are addresses; in any order. */
  readonly spans: readonly Span[]
  /** Port numbers that mean something in this cluster. */
  readonly ports: ReadonlySet<string>
  /** Names of variables that containers have. */
  readonly variables: ReadonlySet<string>
  /** Words of these names and of ConfigMap keys: in a key, they stand for themselves. */
  readonly keyWords: ReadonlySet<string>
}

/**
 * The text with everything masked but the addresses, in a form that the scanner reads in the same way: punctuation,
 * line ends and indentation stay, words become `***`, and words of keys that say nothing become `xa`, `xb`, ... so that
 * keys that differ still differ.
 *
 * @param isFile lines of configuration, where the first word of a line is a key
 */
export function maskWritten(text: string, kept: Kept, isFile: boolean): string {
  return new Masker(text, kept, isFile).run()
}

/** A stretch of the text and what stands for it. */
interface Segment {
  readonly start: number
  readonly end: number
  readonly by: string
}

const atomPattern = /[^\s"'`,;(){}<>|&=\\[\]:@/?#$!+]+/y
const variablePattern = /\w+/y

class Masker {
  readonly #text: string
  readonly #kept: Kept
  readonly #isFile: boolean
  readonly #segments: readonly Segment[]
  readonly #names = new Map<string, string>()
  readonly #parts: string[] = []
  #segment = 0
  #lastAtom = ''

  constructor(text: string, kept: Kept, isFile: boolean) {
    this.#text = text
    this.#kept = kept
    this.#isFile = isFile
    this.#segments = segmentsOf(text, kept.spans)
  }

  run(): string {
    const text = this.#text
    let at = 0
    while (at < text.length) {
      const segment = this.#segments[this.#segment]
      if (segment !== undefined && at >= segment.start) {
        this.#parts.push(segment.by)
        at = segment.end
        this.#segment++
        continue
      }
      const limit = segment?.start ?? text.length
      const end = Math.min(this.#atomEnd(at), limit)
      if (end > at) {
        const isPart = end === limit && limit < text.length
        this.#parts.push(this.#atom(at, end, isPart || at === this.#segments[this.#segment - 1]?.end))
        at = end
      } else this.#parts.push(text[at++] ?? '')
    }
    return this.#parts.join('').replace(/\*{3}(?:[+/?#!]{1,2}x?\*{3})+/g, masked)
  }

  #atomEnd(at: number): number {
    const pattern = this.#isVariable(at) ? variablePattern : atomPattern
    pattern.lastIndex = at
    return pattern.test(this.#text) ? pattern.lastIndex : at
  }

  #isVariable(at: number): boolean {
    const before = this.#text[at - 1]
    return before === '$' || ((before === '{' || before === '(') && this.#text[at - 2] === '$')
  }

  /** @param isPart an address stands right before or behind, in the same word */
  #atom(start: number, end: number, isPart: boolean): string {
    const atom = this.#text.slice(start, end)
    const before = this.#lastAtom
    this.#lastAtom = atom
    if (isPart && /^[-.:!?*]{1,3}$|^-[a-zA-Z]$/.test(atom)) return atom
    if (/^[0-9]{1,5}$/.test(atom) && (this.#kept.ports.has(atom) || before === 'sleep')) return atom
    // `10.0.0.0/8` is a range, while `10.0.0.0/x` begins a path.
    const isMask = this.#text[start - 1] === '/' && this.#segments[this.#segment - 1]?.end === start - 1
    if (isMask && /^[0-9]{1,3}$/.test(atom)) return atom
    if (isPlainWord(atom)) return atom
    if (this.#isVariable(start)) return this.#variable(atom, start)
    if (/^-(?:[a-zA-Z]|[abceiklmnstuvwxz]{2,4})$|^-{1,2}$/.test(atom)) return atom
    if (atom.startsWith('-') || this.#isKey(start, end)) return this.#key(atom)
    // `/***` at the start of a word would begin a comment.
    const isPath = this.#text[start - 1] === '/' && !/[\w\].:/]/.test(this.#text[start - 2] ?? '')
    // `$(NAME).prod` is a host that is put together.
    if (atom.startsWith('.') && this.#text[start - 1] === ')') return `.${masked}`
    return roleParts(atom) ?? (isPath ? `x${masked}` : masked)
  }

  #variable(name: string, start: number): string {
    const isPlain =
      isKubeletsName(name) || (this.#text[start - 1] === '(' && /^[A-Z][A-Z0-9_]{0,100}$/.test(name))
    return this.#kept.variables.has(name) || isPlain ? name : this.#key(name)
  }

  #isKey(start: number, end: number): boolean {
    const text = this.#text
    let next = end
    while (next - end < 4 && /["' \t]/.test(text[next] ?? '')) next++
    const char = text[next]
    if (char === '=') return true
    if (char === ':') return next > end || /^[\s"']?$/.test(text[next + 1] ?? '')
    if (text[end] === '>' && /<\/?$/.test(text.slice(Math.max(0, start - 2), start))) return true
    if (text[start - 1] === '[' && this.#isLineStart(start - 1)) return true
    return this.#isFile && /[ \t]/.test(text[end] ?? '') && this.#isLineStart(start)
  }

  /** At the start of a line, of a block or of a directive. */
  #isLineStart(start: number): boolean {
    let at = start - 1
    while (start - at < 200 && /[ \t,-]/.test(this.#text[at] ?? '')) at--
    return at < 0 || /[\n\r{};[]/.test(this.#text[at] ?? '')
  }

  #key(name: string): string {
    const result = name
      .replace(/[A-Z]+[a-z0-9]*|[a-z0-9]+/g, (word) => (this.#isKnown(word) ? word : this.#pseudonym(word)))
      .replace(/[^A-Za-z0-9_.*-]/g, '_')
    return isGuardKey(name) && !isGuardKey(result) ? `${result}_listen` : result
  }

  #isKnown(word: string): boolean {
    return isKeyWord(word) || this.#kept.keyWords.has(word.toLowerCase())
  }

  /** The same for the same word in any case, in letters of that case. */
  #pseudonym(word: string): string {
    if (/^[0-9]+$/.test(word)) return '000'
    const lower = word.toLowerCase()
    const plain = this.#names.get(lower) ?? `x${letters(this.#names.size)}${/[0-9]/.test(word) ? '0' : ''}`
    this.#names.set(lower, plain)
    if (/^[A-Z]+[0-9_]*$/.test(word)) return plain.toUpperCase()
    return /^[A-Z]/.test(word) ? `X${plain.slice(1)}` : plain
  }
}

/** Variables for Services: a rule tells of them. */
function isKubeletsName(name: string): boolean {
  return /^[A-Z][A-Z0-9_]{0,100}_SERVICE_(?:HOST|PORT)$/.test(name)
}

function letters(index: number): string {
  const letter = String.fromCharCode(97 + (index % 26))
  return index < 26 ? letter : `${letters(Math.floor(index / 26) - 1)}${letter}`
}

/** Addresses, URL schemes and bracketed addresses, in order and apart. */
function segmentsOf(text: string, spans: readonly Span[]): readonly Segment[] {
  const kept = spans
    .filter(([start, end]) => start >= 0 && start < end && end <= text.length)
    .map(([start, end]) => ({ start, end, by: text.slice(start, end) }))
  const all = [...kept, ...schemes(text), ...brackets(text), ...namespacePaths(text)].sort(
    (a, b) => a.start - b.start || b.end - a.end,
  )
  const segments: Segment[] = []
  let end = 0
  for (const segment of all) {
    if (segment.end <= end) continue
    const start = Math.max(segment.start, end)
    const isWhole = start === segment.start || segment.by !== text.slice(segment.start, segment.end)
    segments.push(
      isWhole ? { ...segment, start } : { start, end: segment.end, by: text.slice(start, segment.end) },
    )
    end = segment.end
  }
  return segments
}

const namespacePath = '/var/run/secrets/kubernetes.io/serviceaccount/namespace'

/** The file from which scripts read their namespace, to put a host name together. */
function namespacePaths(text: string): readonly Segment[] {
  const found: Segment[] = []
  for (let at = text.indexOf(namespacePath); at !== -1; at = text.indexOf(namespacePath, at + 1))
    found.push({ start: at, end: at + namespacePath.length, by: namespacePath })
  return found
}

function schemes(text: string): readonly Segment[] {
  const found: Segment[] = []
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    const before = /[a-zA-Z][a-zA-Z0-9+._-]{0,39}$/.exec(text.slice(Math.max(0, at - 40), at))
    if (before === null) continue
    const scheme = before[0]
    const start = at - scheme.length
    const prefix = driverPrefix(text, start)
    found.push({
      start: start - prefix.length,
      end: at,
      by: `${plainPrefix(prefix)}${isPlainScheme(scheme) ? scheme : otherScheme(scheme)}`,
    })
  }
  return found
}

/** `jdbc:mysql:` says the port; the words of other drivers may be anything. */
function plainPrefix(prefix: string): string {
  const [first = '', ...words] = prefix.split(':')
  return [first, ...words.map((word) => (word === '' || isPlainScheme(word) ? word : 'x'))].join(':')
}

/** Without a port of its own, like the scheme that it stands for; no host name where that was none. */
function otherScheme(scheme: string): string {
  return /^[a-zA-Z0-9-]+$/.test(scheme) ? 'tcp' : 'x+tcp'
}

/** IPv6 addresses in brackets that are no dials: what looks like one stays one word, and `[::]` is nobody's address. */
function brackets(text: string): readonly Segment[] {
  return [...text.matchAll(/\[[0-9a-fA-F:.]{2,47}\]/g)].flatMap(({ 0: whole, index }) =>
    whole.split(':').length > 2 ? [{ start: index, end: index + whole.length, by: '[::]' }] : [],
  )
}
