import { describe, expect, it } from 'vitest'
import { expectHonest } from '../diagnosis/honest.ts'
import { healthyLook, lookAt, type Result, readIncident, summary } from './diagnosed.ts'
import type { End } from './faults/fault.ts'
import { faults } from './faults/table.ts'

describe('the healthy server', () => {
  it('is read whole: the incident has its errors, and ways that pass and ways that fail', async () => {
    const { examination, network } = await healthyLook()
    expect(network.inventory.snapshot.coverage.gaps).toEqual([])
    expect(examination.findings.filter(({ severity }) => severity === 'error')).toHaveLength(5)
    expect(new Set(examination.paths.map(({ outcome }) => outcome))).toEqual(new Set(['passes', 'fails']))
  })
})

describe('an API server that misbehaves with', () => {
  it.each(faults.map((fault) => [fault.name, fault] as const))('%s', async (_, { arrange, end, also }) => {
    const result = await readIncident(arrange)
    also?.(result)
    if (end.is === 'error') expectError(result, end)
    else await expectAnswer(result, end)
  })
})

function expectError({ ended }: Result, { code, message }: Extract<End, { is: 'error' }>): void {
  expect(ended).toMatchObject({
    error: { name: 'KnownError', code, message: expect.stringMatching(message) },
  })
  expect('error' in ended && ended.error instanceof Error ? ended.error.message : '').not.toMatch(/s3cr3t|\n/)
}

async function expectAnswer(result: Result, end: Exclude<End, { is: 'error' }>): Promise<void> {
  const before = await healthyLook()
  const after = lookAt(result)
  const [wholeWorld, partial] = [before.network, after.network]
  expectHonest({ before: before.examination, after: after.examination, whole: wholeWorld, partial })
  const wanted = end.is === 'right' ? [] : end.gaps
  const { gaps } = partial.inventory.snapshot.coverage
  expect(gaps).toHaveLength(wanted.length)
  expect(gaps).toMatchObject(wanted)
  if (end.is === 'right') expect(summary(after.examination)).toEqual(summary(before.examination))
  else if (end.unknown === 'some') {
    expect(after.examination.paths.filter(({ outcome }) => outcome === 'unknown')).not.toEqual([])
  }
}
