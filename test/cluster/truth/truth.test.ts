import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import { catalogue } from '../../../src/rules/catalogue.ts'
import { foreignKubeconfig } from '../kit/cluster.ts'
import { isFullRun } from '../kit/full.ts'
import type { Sighting, TruthCase } from './case.ts'
import { updateTruthPage } from './page.ts'
import { seeTruth } from './see.ts'

const dir = join(import.meta.dirname, 'cases')

async function allCases(): Promise<readonly TruthCase[]> {
  const files = (await readdir(dir)).sort()
  const modules = await Promise.all(
    files.map((file): Promise<{ default: TruthCase }> => import(join(dir, file))),
  )
  return modules.map((module) => module.default)
}

const cases = await allCases()
const rules = new Set(catalogue.map(({ id }) => id))
const sightings: Sighting[] = []

describe('a real client fails as netdoctor says, and the printed fix mends it', () => {
  test.for(cases)('$rule: $fault', { timeout: 400_000 }, async (truth, { skip }) => {
    skip(!rules.has(truth.rule), 'netdoctor does not have this rule yet')
    skip(truth.slow !== undefined && !isFullRun, truth.slow)
    skip(truth.breaksNodes === true && foreignKubeconfig !== undefined, 'it breaks nodes')
    sightings.push(await seeTruth(truth))
  })
})

afterAll(() => updateTruthPage(sightings))
