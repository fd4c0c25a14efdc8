import type { Line, Span } from './document.ts'

/** Where the lines of a text begin and end when it is broken at spaces. */
function breaks(text: string, width: number, indent: number): readonly (readonly [number, number])[] {
  const lines: [number, number][] = []
  let start = 0
  let end = 0
  for (const { index, 0: word } of text.matchAll(/[^ ]+/g)) {
    const room = width - (lines.length === 0 ? 0 : indent)
    if (end > start && index + word.length - start > room) {
      lines.push([start, end])
      start = index
    }
    end = index + word.length
  }
  return [...lines, [start, Math.max(end, start)]]
}

/** Breaks prose at spaces so that no line is wider than `width`, unless one word is. */
export function wrapText(text: string, width: number): readonly string[] {
  return breaks(text, width, 0).map(([start, end]) => text.slice(start, end))
}

/** Breaks a line of spans so that no line is wider than `width`, unless one word is; later lines start with `prefix`. */
export function wrapLine(line: Line, width: number, prefix: string): readonly Line[] {
  const text = line.map((span) => span.text).join('')
  if (text.length <= width) return [line]
  return breaks(text, width, prefix.length).map(([start, end], index) => [
    ...(index === 0 ? [] : [{ text: prefix }]),
    ...part(line, start, end),
  ])
}

/** The spans between two offsets of the line's text. */
function part(line: Line, start: number, end: number): readonly Span[] {
  let offset = 0
  return line.flatMap(({ text, tone }) => {
    const from = offset
    offset += text.length
    const cut = text.slice(Math.max(0, start - from), Math.max(0, end - from))
    return cut === '' ? [] : [{ text: cut, tone }]
  })
}

/** A text that is not longer than `width`: shortened in the middle, because names differ at both ends. */
export function shorten(text: string, width: number): string {
  if (text.length <= width) return text
  const tail = Math.floor((width - 1) / 3)
  return `${text.slice(0, width - 1 - tail)}…${text.slice(text.length - tail)}`
}
