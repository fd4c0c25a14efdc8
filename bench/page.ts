import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const path = fileURLToPath(new URL('../docs/performance.md', import.meta.url))

/** Puts the figures of one benchmark between its two markers in docs/performance.md; the rest of the page stays. */
export function writeSection(name: 'bench' | 'bench:policy', figures: string): void {
  const [start, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`] as const
  const text = readFileSync(path, 'utf8')
  const [from, to] = [text.indexOf(start), text.indexOf(end)]
  if (from < 0 || to < from) throw new Error(`${path} has no place for the figures of ${name}`)
  writeFileSync(path, `${text.slice(0, from)}${start}\n${figures}\n${text.slice(to)}`)
}
