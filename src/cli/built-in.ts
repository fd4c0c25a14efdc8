import { gunzipSync } from 'node:zlib'
import type { SourceText } from '../snapshot/files/sources.ts'

/** What `-f` is given for the built-in incident; no file is called so by accident. */
export const builtIn = 'demo:'

export const builtInNamespace = 'velocitytech-prod'

/** The recording that is part of the program. */
export async function builtInIncident(): Promise<SourceText> {
  const { default: recording } = await import('../../fixtures/velocitytech/incident.json.gz')
  return { file: 'the built-in incident', content: new TextDecoder().decode(gunzipSync(recording)) }
}

const asksNothing: ReadonlySet<string> = new Set(['demo', 'rules', 'explain', 'cleanup'])

/** `demo svc NAME` asks `svc NAME` of the built-in incident. */
export function withBuiltIn(words: readonly string[], commands: readonly string[]): readonly string[] {
  const [first, second, ...more] = words
  if (first !== 'demo' || second === undefined) return words
  if (!commands.includes(second) || asksNothing.has(second)) return words
  const isPlaced = more.some((word) => /^(-n|-A|--namespace|--all-namespaces)/.test(word))
  return [second, ...(isPlaced ? [] : ['-n', builtInNamespace]), '-f', builtIn, ...more]
}
