import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { catalogue } from '../../../src/rules/catalogue.ts'
import type { Sighting } from './case.ts'
import { notStaged } from './not-staged.ts'

const page = join(import.meta.dirname, '..', '..', '..', 'docs', 'truth.md')

const modes = ['nftables', 'iptables'] as const
type Mode = (typeof modes)[number]

/** One row of the table of what was seen; a mode of kube-proxy that has not seen it yet has no cell. */
export interface Row {
  readonly rule: string
  readonly fault: string
  /** `refused, 2026-01-31` */
  readonly felt: Readonly<Partial<Record<Mode, string>>>
  readonly mended: string
  readonly serverVersion: string
}

/**
 * Brings docs/truth.md up to date with what a run saw. What this run did not stage stays as it is, and so does what would
 * differ in its date only.
 */
export async function updateTruthPage(sightings: readonly Sighting[]): Promise<void> {
  const rows = parseTruthPage(await readFile(page, 'utf8').catch(() => ''))
  for (const seen of sightings) {
    const mode = modes.find((known) => known === seen.proxyMode)
    if (mode !== undefined) rows.set(seen.rule, withSighting(rows.get(seen.rule), seen, mode))
  }
  await writeFile(page, truthPage(rows))
}

/** The row with what was seen just now. A new fault or version makes what was seen before worth nothing. */
export function withSighting(row: Row | undefined, seen: Sighting, mode: Mode): Row {
  const { rule, fault, felt, date, serverVersion } = seen
  const mended = seen.mended.includes('kubectl') ? `\`${seen.mended}\`` : seen.mended
  const isSame = row?.fault === fault && row.mended === mended && row.serverVersion === serverVersion
  const before = isSame ? row.felt : {}
  const isKnown = before[mode]?.replace(/, [\d-]+$/, '') === felt
  return {
    rule,
    fault,
    felt: isKnown ? before : { ...before, [mode]: `${felt}, ${date}` },
    mended,
    serverVersion,
  }
}

/** Reads the rows of the first table, which alone has six columns. */
export function parseTruthPage(text: string): Map<string, Row> {
  const rows = text.split('\n').flatMap((line): readonly Row[] => {
    const cells = line.split(/(?<!\\)\|/).slice(1, -1)
    const [rule = '', fault = '', nftables = '', iptables = '', mended = '', serverVersion = ''] = cells.map(
      (cell) => cell.trim().replaceAll('\\|', '|'),
    )
    if (cells.length !== 6 || !/^[a-z]+\/[a-z0-9-]+$/.test(rule)) return []
    const felt = { ...(nftables !== '' && { nftables }), ...(iptables !== '' && { iptables }) }
    return [{ rule, fault, felt, mended, serverVersion }]
  })
  return new Map(rows.map((row) => [row.rule, row]))
}

/** The whole page. */
export function truthPage(rows: ReadonlyMap<string, Row>): string {
  const rules = catalogue.map(({ id }) => id).sort()
  const seen = rules.flatMap((rule) => rows.get(rule) ?? [])
  const others = rules.filter((rule) => !rows.has(rule))
  return `# Seen live

Written by \`npm run test:cluster\`: do not edit. For each of these rules the fault was staged on a real cluster, a real client felt what
the table says, and netdoctor named the rule and no other error. Where something mended it, the request then worked and netdoctor found no
error any more: either the commands that netdoctor printed were run as they stand, or a hand followed its advice. The day stands beside what
was felt, once with kube-proxy in nftables mode and once in iptables mode. How a policy refuses is the enforcer's choice: in brackets stands
what the enforcer was told to do, drop or reject. ${seen.length} of ${rules.length} rules.

| rule | fault | felt with nftables | felt with iptables | mended by | Kubernetes |
| --- | --- | --- | --- | --- | --- |
${seen.map(lineOf).join('\n')}

## Not seen live

| rule | because |
| --- | --- |
${others.map((rule) => `| ${rule} | ${notStaged[rule] ?? 'nobody has staged it yet'} |`).join('\n')}
`
}

function lineOf({ rule, fault, felt, mended, serverVersion }: Row): string {
  const cells = [rule, fault, felt.nftables ?? '', felt.iptables ?? '', mended, serverVersion]
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
}
