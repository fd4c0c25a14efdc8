import { isRecord, type Json, record } from '../kinds/json.ts'

/** Maps whose values must be strings, in every kind that has them. */
const textMaps: readonly (readonly string[])[] = [
  ['metadata', 'labels'],
  ['metadata', 'annotations'],
  ['spec', 'selector'],
  ['spec', 'selector', 'matchLabels'],
  ['spec', 'template', 'metadata', 'labels'],
]

/**
 * The first label or selector value of a manifest that the API server would refuse because it is not a string, as
 * `spec.selector.version (1)`; `undefined` when all are well. A bare `yes`,
 * which kubectl takes for a truth value, cannot be told from a quoted one any more, and is let pass.
 */
export function unquotedValue(json: Json): string | undefined {
  for (const path of textMaps) {
    const map = path.reduce<unknown>((value, step) => record(value)[step], json)
    if (!isRecord(map)) continue
    const wrong = Object.entries(map).find(
      ([, value]) => typeof value === 'number' || typeof value === 'boolean',
    )
    if (wrong !== undefined) return `${[...path, wrong[0]].join('.')} (${String(wrong[1])})`
  }
  return undefined
}
