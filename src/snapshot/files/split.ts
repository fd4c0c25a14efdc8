/** One document of a file. */
export interface Chunk {
  readonly text: string
  /** Line of the file that the text starts on, from 1. */
  readonly line: number
  /** Index in the file that the text starts at. */
  readonly start: number
}

/**
 * Splits a file into documents before any is parsed, so that a broken one (an unclosed quote, say) cannot swallow the
 * next: at lines of `---` and behind lines of `...`, as kubectl does, and between JSON values that follow each other.
 * Linear in the content.
 */
export function splitDocuments(content: string): readonly Chunk[] {
  const starts = [0]
  for (const { index, 0: whole } of content.matchAll(
    /^(?:---(?=[ \t\r\n]|$)|\.\.\.(?:[ \t\r]*(?:\n|$)))/gm,
  )) {
    const start = whole.startsWith('.') ? index + whole.length : index
    // What stands before the first separator is often only comments or %YAML: it belongs to the document behind it.
    const before = content.slice(starts.at(-1), start)
    if (start > 0 && (/^---/.test(before) || !hasNoContent(before))) starts.push(start)
  }
  const chunks: Chunk[] = []
  let line = 1
  for (const [index, start] of starts.entries()) {
    const text = content.slice(start, starts[index + 1] ?? content.length)
    // Without the separator, JSON is seen to be JSON.
    const head = /^---[ \t]*(?:#[^\n]*)?\r?\n/.exec(text)?.[0].length ?? 0
    const chunk = { text: text.slice(head), line: line + (head > 0 ? 1 : 0), start: start + head }
    chunks.push(...splitValues(chunk))
    line += count(text)
  }
  return chunks
}

function hasNoContent(text: string): boolean {
  return !/^(?!\s*(?:#|%|$))/m.test(text)
}

function count(text: string): number {
  let lines = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++
  return lines
}

/** The JSON values of a chunk that holds several, such as the output of two commands; else the chunk itself. */
function splitValues(chunk: Chunk): readonly Chunk[] {
  const { text } = chunk
  const values: Chunk[] = []
  let at = nextContent(text, 0)
  let line = chunk.line
  let counted = 0
  while (at < text.length) {
    if (text[at] !== '{' && text[at] !== '[') return [chunk]
    const end = valueEnd(text, at)
    line += count(text.slice(counted, at))
    counted = at
    values.push({ text: text.slice(at, end), line, start: chunk.start + at })
    at = nextContent(text, end)
  }
  return values.length > 1 ? values : [chunk]
}

function nextContent(text: string, from: number): number {
  let at = from
  while (at < text.length && ' \t\r\n\uFEFF'.includes(text[at] ?? '')) at++
  return at
}

/** Where the value that opens at `start` is closed; the end of the text when it never is. */
function valueEnd(text: string, start: number): number {
  let depth = 0
  const marks = /["{}[\]]/g
  marks.lastIndex = start
  for (let mark = marks.exec(text); mark !== null; mark = marks.exec(text)) {
    if (mark[0] === '"') marks.lastIndex = stringEnd(text, mark.index)
    else if (mark[0] === '{' || mark[0] === '[') depth++
    else if (--depth === 0) return mark.index + 1
  }
  return text.length
}

function stringEnd(text: string, start: number): number {
  let at = start + 1
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1
  return at + 1
}
