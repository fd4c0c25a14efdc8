// What kubectl calls for completion: the words after `kubectl netdoctor`, the last one being typed. Prints candidates, one a
// line, and then how the shell treats them. Loads no parser and no API client until names of objects are wanted.
import { readFileSync } from 'node:fs'
import { type Candidate, type Wanted, wanted } from './completion/candidates.ts'
import type { CompletionTable } from './completion/table.ts'

/** Someone waits with a finger on the key. */
const timeLimitMs = 2_000

/** How cobra tells a shell to offer nothing else, or files. */
const directives = { onlyThese: ':4', files: ':0' } as const

/** Needs no quotes in any shell. What the kubeconfig and the cluster say is untrusted. */
const harmless = /^[\w@%+=:,./-]+$/

async function candidatesOf(
  { typed, known, value }: Wanted,
  before: readonly string[],
): Promise<readonly Candidate[]> {
  if (value.of === 'words') return value.words.map((word) => ({ word }))
  if (value.of !== 'objects' && value.of !== 'kubeconfig') return known
  const { lookUp } = await import('./completion/look-up.ts')
  const words = await lookUp(value, typed, before, AbortSignal.timeout(timeLimitMs))
  return [...new Set(words)].sort().map((word) => ({ word }))
}

/** No trouble is worth a line in the middle of somebody's command. */
async function complete(words: readonly string[]): Promise<void> {
  const table: CompletionTable = JSON.parse(readFileSync(new URL('words.json', import.meta.url), 'utf8'))
  const at = wanted(table, words)
  const candidates = await candidatesOf(at, words.slice(0, -1)).catch(() => [])
  const lines = candidates
    .filter(({ word }) => word.startsWith(at.typed) && harmless.test(word))
    .map(({ word, describe = '' }) => (describe === '' ? word : `${word}\t${describe}`))
  const directive = at.value.of === 'files' ? directives.files : directives.onlyThese
  process.stdout.write(`${[...lines, directive].join('\n')}\n`)
}

await complete(process.argv.slice(2))
// A server that does not answer keeps nobody waiting.
process.exit()
