import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { Network } from '../../src/network/network.ts'
import { catalogue } from '../../src/rules/catalogue.ts'
import { isBroken } from '../../src/trace/path.ts'
import { fixturePaths, readFixture } from './fixture.ts'

const fixtures = fixturePaths().map(readFixture)

describe.each(fixtures)('$path', (fixture) => {
  const diagnosis = diagnose(fixture.question, Network.of(fixture.snapshot))
  const all = diagnosis.problems.flatMap(({ cause, symptoms }) => [cause, ...symptoms])

  test('gives exactly the expected errors and warnings', () => {
    const found = diagnosis.problems
      .filter(({ cause }) => cause.severity !== 'note')
      .map(({ cause }) => `${cause.severity} ${cause.rule} ${cause.about.kind}/${cause.about.name}`)
    expect(found.sort()).toEqual(fixture.expect)
  })

  test('has its rule speak when it is broken, and only then', () => {
    const rules = all.map(({ rule }) => rule)
    if (fixture.outcome === 'broken') expect(rules).toContain(fixture.rule)
    else expect(rules).not.toContain(fixture.rule)
    for (const note of fixture.notes) expect(rules).toContain(note)
  })

  test('says what it could not read, when that is the point', () => {
    const unknown = diagnosis.unknown.filter((check) => check.rule === fixture.rule)
    expect(unknown.length > 0).toBe(fixture.outcome === 'unknown')
  })

  test('offers only fixes that were tried, with the expected outcome', () => {
    for (const { cause, fix, fixCheck } of diagnosis.problems) {
      if (fixture.fix === 'withheld' && cause.rule === fixture.rule) {
        expect(cause.fix?.edits).not.toEqual([])
        expect(fix).toBeUndefined()
        continue
      }
      if (cause.fix !== undefined && cause.fix.edits.length > 0)
        expect(fix, `${cause.rule} has a fix that does not mend it`).toBeDefined()
      if (fixture.fix !== undefined && cause.rule === fixture.rule)
        expect(fixCheck?.outcome).toBe(fixture.fix)
      if (fix !== undefined) expect(fixCheck?.introduces.map((finding) => finding.key)).toEqual([])
    }
  })

  test('contradicts no hop that passes with a proven error that claims to explain it', () => {
    for (const { cause, breaks } of diagnosis.problems) {
      const explains = catalogue.find(({ id }) => id === cause.rule)?.explains ?? []
      if (cause.severity !== 'error' || cause.proof !== 'proven' || explains.length === 0) continue
      expect(
        breaks.every((path) => path.firstBroken !== undefined && isBroken(path.firstBroken.verdict)),
      ).toBe(true)
    }
  })
})

describe('every rule', () => {
  const ids = catalogue.map(({ id }) => id)
  test.each(ids)('%s has a broken and a healthy fixture', (id) => {
    const outcomes = fixtures.filter(({ rule }) => rule === id).map(({ outcome }) => outcome)
    expect(outcomes).toContain('broken')
    expect(outcomes).toContain('healthy')
  })

  test('has a fixture folder of its own, and there is no other', () => {
    const folders = new Set(fixtures.map(({ rule }) => rule))
    expect([...folders].filter((folder) => !ids.includes(folder))).toEqual([])
  })

  test('says in full sentences what it means', () => {
    for (const { id, docs, title } of catalogue) {
      expect(title, id).not.toMatch(/\.$/)
      for (const sentence of Object.values(docs)) expect(sentence, id).toMatch(/[.:)`]$/)
    }
  })
})
