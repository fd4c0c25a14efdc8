import { BlockComments, withoutXmlComments } from './block-comments.ts'
import { type Hint, readCandidate } from './candidates.ts'
import { Context } from './context.ts'
import { type Found, type Span, shifted } from './found.ts'
import { onlyNames } from './guards.ts'
import { readPort } from './hosts.ts'
import { LineReader, type ScanMode } from './line-reader.ts'
import { PortPairs } from './pairs.ts'
import { readAtGlance } from './quick-line.ts'
import { type Token, tokensOf, withoutComment } from './tokens.ts'
import { findUrls } from './urls.ts'

/** Keys whose addresses are spoken to over UDP: nginx's `syslog:server=`, clients of StatsD. */
function overUdp(found: Found, key: string): Found {
  return /^syslog\b|statsd/i.test(key) ? { ...found, protocol: 'UDP' } : found
}

/** What kind of text is read. */
export interface ScanOptions {
  /** The variable, flag or ConfigMap key that the text is the value of. */
  readonly key?: string | undefined
  readonly mode: ScanMode
  /** Hosts that are names of the text's own, such as an nginx upstream. */
  readonly localNames?: ReadonlySet<string> | undefined
}

/**
 * Finds the addresses that a text makes its reader dial. Linear in the text; never throws.
 *
 * @param glance what reads lines without addresses; a test gives one that reads none
 */
export function scan(whole: string, options: ScanOptions, glance = readAtGlance): readonly Found[] {
  const text = withoutXmlComments(whole)
  const scanner = new Scanner(options, glance)
  const comments = new BlockComments(text)
  let start = 0
  while (start <= text.length) {
    const end = options.mode === 'file' ? logicalLineEnd(text, start) : lineEnd(text, start)
    const line = text.slice(start, end)
    if (!comments.holds(line, start)) scanner.line(line, start)
    start = end + 1
  }
  return scanner.finish()
}

function lineEnd(text: string, start: number): number {
  const newline = text.indexOf('\n', start)
  return newline === -1 ? text.length : newline
}

/** The end of a line that a backslash at its end goes on in the next one. */
function logicalLineEnd(text: string, start: number): number {
  let end = lineEnd(text, start)
  while (end < text.length && text[end - 1] === '\\' && end > start) end = lineEnd(text, end + 1)
  return end
}

class Scanner {
  readonly #options: ScanOptions
  readonly #glance: typeof readAtGlance
  readonly #context: Context
  readonly #found: Found[] = []
  readonly #pairs = new PortPairs()
  /** The address right before, on the same line. */
  #last: Found | undefined

  constructor(options: ScanOptions, glance: typeof readAtGlance) {
    this.#options = options
    this.#glance = glance
    this.#context = new Context(options.key ?? '')
  }

  finish(): readonly Found[] {
    return this.#pairs.join(this.#found)
  }

  /** Reads one line that starts at `offset` of the text. */
  line(raw: string, offset: number): void {
    const whole = raw.endsWith('\r') ? raw.slice(0, -1) : raw
    if (this.#options.mode === 'file' && this.#glance(whole, this.#context)) return
    const line = withoutComment(whole)
    const indent = line.length - line.trimStart().length
    if (indent === line.length) return
    if (line.startsWith('[') && this.#options.mode === 'file') {
      const section = /^\[+([^\][]{1,100})\]+$/.exec(line.trim())
      if (section !== null) {
        this.#context.section(section[1] ?? '')
        this.#last = undefined
        return
      }
    }
    const urls = findUrls(line)
    const content = this.#openLine(line, indent)
    const tokens = tokensOf(line, urls).filter((token) => token.start >= content)
    const reader = new LineReader(this.#context, this.#options.mode, content)
    this.#last = undefined
    reader.read(tokens, (token, key, hint) => this.#take(token, key, hint, offset))
    if (reader.openKey !== undefined) this.#context.open(reader.openKey, content)
  }

  /** Closes the blocks that the line leaves, opens its list items, and returns where its content starts. */
  #openLine(line: string, indent: number): number {
    let at = indent
    const isItem = (): boolean => line[at] === '-' && (line[at + 1] === ' ' || at + 1 === line.length)
    this.#context.line(at, isItem())
    while (isItem()) {
      this.#context.item(at)
      at++
      while (line[at] === ' ') at++
    }
    return at
  }

  #take(token: Token, key: string, hint: Hint, offset: number): void {
    if (token.hosts !== undefined) {
      for (const host of token.hosts) this.#add(shifted(host, offset))
      return
    }
    const port = readPort(token.text)
    const span: Span = [token.start + offset, token.end + offset]
    if (port !== undefined) {
      if (!this.#addBehind(token, port, span)) this.#pairs.addPort(this.#context.block, key, port, span)
      return
    }
    const candidate = readCandidate(token.text, hint)
    if (candidate === undefined) return
    const found = this.#add(shifted(overUdp(candidate, key), token.start + offset))
    this.#last = found
    if (found !== undefined && found.port === undefined) this.#pairs.addHost(this.#context.block, key, found)
  }

  /** `Server=db,1433`, `replicaof redis 6379`: the port stands right behind the host. */
  #addBehind({ before, start }: Token, port: number, span: Span): boolean {
    const last = this.#last
    if (last === undefined || last.port !== undefined || span[0] - last.hostSpan[1] !== 1) return false
    if (start === 0 || (before !== ',' && before !== ' ')) return false
    this.#found[this.#found.length - 1] = { ...last, port, portSpan: span }
    this.#last = undefined
    return true
  }

  #add(found: Found): Found | undefined {
    if (onlyNames(found.host)) return undefined
    if (found.port === undefined || found.portSpan === undefined) {
      if (this.#options.localNames?.has(found.host) === true) return undefined
    }
    this.#found.push(found)
    return found
  }
}
