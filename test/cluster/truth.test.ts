import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import { catalogue } from '../../src/rules/catalogue.ts'
import { type Sighting, seeTruth, type TruthCase } from './truth.ts'
import { updateTruthPage } from './truth-page.ts'

const dir = join(import.meta.dirname, 'truth')

async function allCases(): Promise<readonly TruthCase[]> {
  const files = (await readdir(dir)).filter((file) => file !== 'not-staged.ts').sort()
  const modules = await Promise.all(
    files.map((file): Promise<{ default: TruthCase }> => import(join(dir, file))),
  )
  return modules.map((module) => module.default)
}

const cases = await allCases()
const rules = new Set(catalogue.map(({ id }) => id))
const isFull = process.env['NETDOCTOR_TEST_FULL'] === '1'
const sightings: Sighting[] = []

describe('a real client fails as netdoctor says, and the printed fix mends it', () => {
  test.for(cases)('$rule: $fault', { timeout: 240_000 }, async (truth, { skip }) => {
    skip(!rules.has(truth.rule), 'netdoctor does not have this rule yet')
    skip(truth.slow !== undefined && !isFull, truth.slow)
    sightings.push(await seeTruth(truth))
  })
})

/** The page tells of clusters in kube-proxy's nftables mode; runs in another mode confirm it. */
afterAll(async () => {
  await updateTruthPage(sightings.filter(({ proxyMode }) => proxyMode === 'nftables'))
})
