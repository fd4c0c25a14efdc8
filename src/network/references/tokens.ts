import type { Found } from './found.ts'
import type { Url } from './urls.ts'

/** A stretch of a line between delimiters. */
export interface Token {
  readonly text: string
  readonly start: number
  readonly end: number
  /** The delimiter right before and right behind, '' at the ends of the line. */
  readonly before: string
  readonly behind: string
  /** The first character behind it that is no space and no closing quote; '' at the end of the line. */
  readonly next: string
  /** The hosts of a URL; absent for anything else. */
  readonly hosts?: readonly Found[] | undefined
}

/** 1 a delimiter, 2 a bracket that can be a token. */
const classes = new Uint8Array(128)
for (const char of ' \t\r\n"\'`,;(){}<>|&=\\') classes[char.charCodeAt(0)] = 1
for (const char of '{}') classes[char.charCodeAt(0)] = 3
for (const char of '[]') classes[char.charCodeAt(0)] = 2

function classAt(line: string, at: number): number {
  const code = line.charCodeAt(at)
  return code < 128 ? (classes[code] ?? 0) : 0
}

/**
 * Splits one line into tokens and brackets (`{ } [ ]` come as tokens of their own). URLs stay whole.
 *
 * @param urls the URLs of the line, in order
 */
export function tokensOf(line: string, urls: readonly Url[]): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  let nextUrl = 0
  while (at < line.length) {
    const url = urls[nextUrl]
    if (url !== undefined && at >= url.span[0]) {
      nextUrl++
      tokens.push({ ...token(line, ...url.span), hosts: url.hosts })
      at = url.span[1]
      continue
    }
    const kind = classAt(line, at)
    const isOwn = (kind & 2) !== 0 && isBracket(line, at)
    if (isOwn) tokens.push(token(line, at, at + 1))
    if (isOwn || (kind & 1) !== 0 || isColonOfKey(line, at)) {
      at++
      continue
    }
    const end = tokenEnd(line, at, url?.span[0] ?? line.length)
    tokens.push(token(line, at, end))
    at = end
  }
  return tokens
}

function tokenEnd(line: string, start: number, limit: number): number {
  let at = start
  for (; at < limit; at++) {
    const kind = classAt(line, at)
    if (kind === 0) continue
    if ((kind & 1) !== 0 || isBracket(line, at)) break
    // `[v6]`: the next step is behind the closing bracket.
    at = line.indexOf(']', at)
  }
  return at
}

/** The colon of `"key": value`. */
function isColonOfKey(line: string, at: number): boolean {
  return line[at] === ':' && (line[at - 1] === '"' || line[at - 1] === "'")
}

/** A bracket that is no part of `[v6]:port`. A closing `]` of an address is skipped together with its opening one. */
function isBracket(line: string, at: number): boolean {
  const char = line[at] ?? ''
  if (char === '{' || char === '}' || char === ']') return true
  return char === '[' && !isAddressBracket(line, at)
}

function isAddressBracket(line: string, at: number): boolean {
  let end = at + 1
  let colons = 0
  while (end - at < 48 && /[0-9a-fA-F:.]/.test(line[end] ?? '')) {
    if (line[end] === ':') colons++
    end++
  }
  return line[end] === ']' && colons > 1
}

function token(line: string, start: number, end: number): Token {
  let next = end
  while (
    next < line.length &&
    (line[next] === ' ' || line[next] === '\t' || line[next] === '"' || line[next] === "'")
  )
    next++
  return {
    text: line.slice(start, end),
    start,
    end,
    before: line[start - 1] ?? '',
    behind: line[end] ?? '',
    next: line[next] ?? '',
  }
}

/**
 * The part of a line before its comment: `#` and `//` behind a space, and whole lines that begin as comments do in
 * YAML, shell, properties, INI, SQL, XML or C.
 */
export function withoutComment(line: string): string {
  if (!mayHoldComment.test(line)) return line
  const trimmed = line.trimStart()
  if (/^(#|\/\/|;|--\s|\/\*|\*\s(?!=)|<!--|!|%|REM\s)/.test(trimmed)) return ''
  for (let at = line.indexOf(' '); at !== -1; at = line.indexOf(' ', at + 1)) {
    if (line[at + 1] === '#' || (line[at + 1] === '/' && line[at + 2] === '/')) return line.slice(0, at)
  }
  const tab = line.indexOf('\t#')
  return tab === -1 ? line : line.slice(0, tab)
}

const mayHoldComment = /[#;!%*]|\/\/|\/\*|--|REM/
