import { type Document, isNode, LineCounter, parseDocument } from 'yaml'
import { keyOf } from '../snapshot.ts'
import type { Origin } from './documents.ts'
import type { Locate } from './load.ts'
import type { SourceText } from './sources.ts'
import { splitDocuments } from './split.ts'

/** The steps of a field path as evidence writes it: `spec.ports[0].name`, `data["a.b"]`, `metadata.labels["app"]`. */
function fieldSteps(field: string): readonly (string | number)[] {
  const steps: (string | number)[] = []
  const pattern = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g
  for (const [, index, quoted, plain] of field.matchAll(pattern)) {
    if (index !== undefined) steps.push(Number(index))
    else if (quoted !== undefined) steps.push(quoted.replace(/\\(.)/g, '$1'))
    else if (plain !== undefined) steps.push(plain)
  }
  return steps
}

/** Beyond it (a dump of a cluster), lines help nobody and finding them would take long. */
const largestText = 8 * 2 ** 20

interface Positions {
  readonly document: Document.Parsed
  readonly lines: LineCounter
  /** First line of the document in its file. */
  readonly line: number
}

/** Finds lines of fields on demand: a document is read into positions only when one of its objects is asked for. */
export function locator(sources: readonly SourceText[], origins: ReadonlyMap<string, Origin>): Locate {
  const texts = new Map(sources.map(({ file, content }) => [file, content]))
  const read = new Map<string, Positions | undefined>()
  const positionsOf = ({ file, document }: Origin): Positions | undefined => {
    const key = `${document} ${file}`
    if (!read.has(key)) read.set(key, readPositions(texts.get(file) ?? '', document))
    return read.get(key)
  }
  return (reference, field) => {
    const origin = origins.get(keyOf(reference))
    if (origin === undefined || !texts.has(origin.file)) return undefined
    const positions = positionsOf(origin)
    if (positions === undefined) return origin.file
    const steps = [...origin.path, ...fieldSteps(field)]
    for (let length = steps.length; length >= origin.path.length; length--) {
      const node = positions.document.getIn(steps.slice(0, length), true)
      if (isNode(node) && node.range != null) {
        const { line, col } = positions.lines.linePos(node.range[0])
        return `${origin.file}:${positions.line + line - 1}:${col}`
      }
    }
    return origin.file
  }
}

function readPositions(content: string, index: number): Positions | undefined {
  if (content.length > largestText) return undefined
  const chunk = splitDocuments(content)[index]
  if (chunk === undefined) return undefined
  const lines = new LineCounter()
  try {
    const document = parseDocument(chunk.text, { lineCounter: lines, logLevel: 'silent', stringKeys: true })
    return { document, lines, line: chunk.line }
  } catch {
    // Nested deeper than the stack: the file is still named.
    return undefined
  }
}
