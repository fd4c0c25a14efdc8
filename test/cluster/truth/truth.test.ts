import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, describe, type TestContext, test } from 'vitest'
import { catalogue } from '../../../src/rules/catalogue.ts'
import { foreignKubeconfig, testCluster } from '../kit/cluster.ts'
import { isFullRun } from '../kit/full.ts'
import { openStage } from '../kit/stage.ts'
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
const { hasTraefik } = await testCluster()
const sightings: Sighting[] = []

const needsOurs = ({ alone }: TruthCase) => alone === 'breaks nodes' || alone === 'calls from outside'

async function see(truth: TruthCase, { skip, onTestFinished }: TestContext): Promise<void> {
  skip(!rules.has(truth.rule), 'netdoctor does not have this rule yet')
  skip(truth.slow !== undefined && !isFullRun, truth.slow)
  skip(truth.needs === 'traefik' && !hasTraefik, 'needs Traefik (cluster:up -- --with traefik)')
  skip(needsOurs(truth) && foreignKubeconfig !== undefined, truth.alone)
  const stage = await openStage(truth.rule.replace('/', '-').slice(0, 30), onTestFinished)
  sightings.push(await seeTruth(truth, stage))
}

// Most cases wait for probes and time-outs most of the time.
const [alone, together] = [cases.filter(({ alone }) => alone), cases.filter(({ alone }) => !alone)]
const limits = { timeout: 400_000 }

describe('a real client fails as netdoctor says, and the printed fix mends it', () => {
  describe.concurrent('each in its namespace', () => {
    test.for(together)('$rule: $fault', limits, see)
  })
  describe('one after the other', () => {
    test.for(alone)('$rule: $fault', limits, see)
  })
})

afterAll(() => updateTruthPage(sightings))
