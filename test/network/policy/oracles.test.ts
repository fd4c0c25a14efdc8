import { describe, expect, test } from 'vitest'
import { decide } from '../../../src/network/policy/decide.ts'
import { type Assertion, ends, vectorsOf } from './oracle-vectors.ts'
import type { World } from './worlds.ts'

/** What fixtures/oracles/README.md promises: vectors, answers, and answers of one direction alone. */
const files = {
  'recipes.jsonl': { vectors: 18, answers: 66, perDirection: 0 },
  'cnp-conformance.jsonl': { vectors: 96, answers: 301, perDirection: 0 },
  'cyclonus.jsonl': { vectors: 192, answers: 82_944, perDirection: 2 * 82_944 },
  'policy-assistant.jsonl': { vectors: 21, answers: 1_090, perDirection: 2 * 1_090 },
} as const

function plain(world: World, assertion: Assertion): string {
  const { protocol, port, throughService, part } = assertion
  const verdict = decide({ ...ends(world, assertion), protocol, port, throughService }, world.policies)
  if (part === 'both') return verdict.outcome
  const outcomes = new Set(verdict.families.map((family) => family[part].outcome))
  return [...outcomes].join()
}

const word = (isAllowed: boolean): string => (isAllowed ? 'passes' : 'fails')
const say = ({ from, to, protocol, port, part }: Assertion): string =>
  `${part} ${from} -> ${to} ${protocol}/${port}`

describe.each(Object.entries(files))('%s', (file, promised) => {
  test('plain evaluator gives every answer', { timeout: 60_000 }, () => {
    const vectors = vectorsOf(file)
    let answers = 0
    let perDirection = 0
    const wrong: string[] = []
    for (const { id, world, assertions, answers: counted } of vectors) {
      answers += counted
      for (const assertion of assertions) {
        if (assertion.part !== 'both') perDirection += 1
        const got = plain(world, assertion)
        if (got !== word(assertion.isAllowed)) wrong.push(`${id}: ${say(assertion)}: ${got}`)
      }
    }
    expect(wrong.slice(0, 20)).toEqual([])
    expect(vectors.length).toBe(promised.vectors)
    expect(answers).toBe(promised.answers)
    expect(perDirection).toBe(promised.perDirection)
  })
})
