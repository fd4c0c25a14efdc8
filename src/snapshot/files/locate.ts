import { isNode, LineCounter, parseAllDocuments } from 'yaml'
import { keyOf } from '../snapshot.ts'
import type { Origin } from './documents.ts'
import type { Locate } from './load.ts'
import type { SourceText } from './sources.ts'

/** The steps of a field path as evidence writes it: `spec.ports[0].name`, `data["a.b"]`, `metadata.labels["app"]`. */
export function fieldSteps(field: string): readonly (string | number)[] {
  const steps: (string | number)[] = []
  const pattern = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([^.[\]]+)/g
  for (const [, index, quoted, plain] of field.matchAll(pattern)) {
    if (index !== undefined) steps.push(Number(index))
    else if (quoted !== undefined) steps.push(quoted.replace(/\\(.)/g, '$1'))
    else if (plain !== undefined) steps.push(plain)
  }
  return steps
}

/** Finds lines of fields on demand: a file is read into positions only when one of its objects is asked for. */
export function locator(sources: readonly SourceText[], origins: ReadonlyMap<string, Origin>): Locate {
  const texts = new Map(sources.map(({ file, content }) => [file, content]))
  return (reference, field) => {
    const origin = origins.get(keyOf(reference))
    const content = origin === undefined ? undefined : texts.get(origin.file)
    if (origin === undefined || content === undefined) return undefined
    const lines = new LineCounter()
    const documents = parseAllDocuments(content, { lineCounter: lines, logLevel: 'silent' })
    const document = Array.isArray(documents) ? documents[origin.document] : undefined
    if (document === undefined) return origin.file
    const steps = [...origin.path, ...fieldSteps(field)]
    for (let length = steps.length; length >= origin.path.length; length--) {
      const node = document.getIn(steps.slice(0, length), true)
      if (isNode(node) && node.range != null) {
        const { line, col } = lines.linePos(node.range[0])
        return `${origin.file}:${line}:${col}`
      }
    }
    return origin.file
  }
}
