import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, test } from 'vitest'
import { type Sighting, seeTruth, type TruthCase } from './truth.ts'
import { writeTruthPage } from './truth-page.ts'

const dir = join(import.meta.dirname, 'truth')

async function allCases(): Promise<readonly TruthCase[]> {
  const files = (await readdir(dir)).filter((file) => file !== 'not-staged.ts').sort()
  const modules = await Promise.all(
    files.map((file): Promise<{ default: TruthCase }> => import(join(dir, file))),
  )
  return modules.map((module) => module.default)
}

const cases = await allCases()
const sightings: Sighting[] = []

describe('a real client fails as netdoctor says, and the printed fix mends it', () => {
  test.for(cases)('$rule: $fault', { timeout: 240_000 }, async (truth) => {
    sightings.push(await seeTruth(truth))
  })
})

afterAll(async () => {
  if (sightings.length === cases.length) await writeTruthPage(sightings)
})
