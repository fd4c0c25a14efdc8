import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { catalogue } from '../../src/rules/catalogue.ts'
import { notStaged } from './truth/not-staged.ts'
import type { Sighting } from './truth.ts'

const page = join(import.meta.dirname, '..', '..', 'docs', 'truth.md')

/**
 * Brings docs/truth.md up to date with what a run saw. Rows of rules that this run did not stage stay, and so does a row that
 * would differ in its date only.
 */
export async function updateTruthPage(sightings: readonly Sighting[]): Promise<void> {
  const written = await readFile(page, 'utf8').catch(() => '')
  const rows = new Map(written.split('\n').flatMap(rowOnPage))
  for (const seen of sightings) {
    const row = rowOf(seen)
    if (withoutDates(rows.get(seen.rule) ?? '') !== withoutDates(row)) rows.set(seen.rule, row)
  }
  await writeFile(page, truthPage(rows))
}

/** `| area/rule | ... |` of the first table, which alone has five columns. */
function rowOnPage(line: string): [rule: string, row: string][] {
  const [, rule] = /^\| ([a-z]+\/[a-z0-9-]+) \|.*\|.*\|.*\|.*\|$/.exec(line) ?? []
  return rule === undefined ? [] : [[rule, line]]
}

function truthPage(rows: ReadonlyMap<string, string>): string {
  const rules = catalogue.map(({ id }) => id).sort()
  const seen = rules.flatMap((rule) => rows.get(rule) ?? [])
  const others = rules.filter((rule) => !rows.has(rule))
  return `# Seen live

Written by \`npm run test:cluster\`: do not edit. For each of these rules the fault was staged on a real cluster, a real client failed as
the table says, and netdoctor named the rule. Where something mended it, the request then worked and netdoctor was silent: either the
commands that netdoctor printed, run as they stand, or a hand that followed its advice. ${seen.length} of ${rules.length} rules.

| rule | fault | the client felt | mended by | seen |
| --- | --- | --- | --- | --- |
${seen.join('\n')}

## Not seen live

| rule | because |
| --- | --- |
${others.map((rule) => `| ${rule} | ${notStaged[rule] ?? 'nobody has staged it yet'} |`).join('\n')}
`
}

function rowOf({ rule, fault, felt, mended, serverVersion, proxyMode, date }: Sighting): string {
  const mendedBy = mended.includes('kubectl') ? `\`${mended.replaceAll('|', '\\|')}\`` : mended
  return `| ${rule} | ${fault} | ${felt} | ${mendedBy} | ${date}, Kubernetes ${serverVersion}, ${proxyMode} |`
}

const withoutDates = (text: string): string => text.replaceAll(/\d{4}-\d\d-\d\d/g, '')
