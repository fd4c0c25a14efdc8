/** A word of a Corefile. */
export interface Token {
  readonly text: string
  /** The line on which it starts, from 1. */
  readonly line: number
  /** Line breaks inside a quoted word. */
  readonly breaks: number
  /** The file that it stands in: the Corefile itself is ''. */
  readonly file: string
}

const space = /\s/

/**
 * Splits a Corefile into words, in one pass. Never fails: a quote that is not closed runs to the end, as in CoreDNS.
 *
 * Source: coredns/caddy, caddyfile/lexer.go. `#` starts a comment even inside a word; a quote opens only at the start
 * of a word; inside quotes a backslash escapes nothing but a quote.
 *
 * @param file the name of an imported file, for positions; '' for the Corefile itself
 */
export function tokensOf(text: string, file = ''): readonly Token[] {
  const tokens: Token[] = []
  let line = 1
  let at = text.startsWith('\uFEFF') ? 1 : 0
  while (at < text.length) {
    const char = text.charAt(at)
    if (char === '\n') line += 1
    if (space.test(char)) at += 1
    else if (char === '#') at = endOfLine(text, at)
    else {
      const { word, end } = char === '"' ? quoted(text, at + 1) : bare(text, at)
      const breaks = char === '"' ? count(text, '\n', at, end) : 0
      if (word !== '' || end < text.length) tokens.push({ text: word, line, breaks, file })
      line += breaks
      at = end
    }
  }
  return tokens
}

interface Word {
  readonly word: string
  /** The position behind it. */
  readonly end: number
}

function bare(text: string, start: number): Word {
  let end = start
  let stop = -1
  for (; end < text.length; end++) {
    const char = text.charAt(end)
    if (char === '#') {
      // The word ends here, and what follows on this line belongs to nobody.
      stop = end
      end = endOfLine(text, end)
      break
    }
    if (char !== '\r' && space.test(char)) break
  }
  return { word: text.slice(start, stop === -1 ? end : stop).replaceAll('\r', ''), end }
}

function quoted(text: string, start: number): Word {
  const parts: string[] = []
  let from = start
  let at = start
  for (; at < text.length; at++) {
    const char = text.charAt(at)
    if (char === '\\' && at + 1 < text.length) {
      if (text.charAt(at + 1) === '"') {
        parts.push(text.slice(from, at))
        from = at + 1
      }
      at += 1
    } else if (char === '"') return { word: parts.join('') + text.slice(from, at), end: at + 1 }
  }
  return { word: parts.join('') + text.slice(from), end: text.length }
}

function endOfLine(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}

function count(text: string, char: string, from: number, to: number): number {
  let found = 0
  for (let at = text.indexOf(char, from); at !== -1 && at < to; at = text.indexOf(char, at + 1)) found += 1
  return found
}
