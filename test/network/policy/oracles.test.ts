import { describe, expect, test } from 'vitest'
import { decide } from '../../../src/network/policy/decide.ts'
import { type Assertion, ends, vectorsOf } from './oracle-vectors.ts'
import type { World } from './worlds.ts'

/**
 * What fixtures/oracles/README.md promises: vectors, answers, and answers of one direction alone; and how many flows
 * go through the address of a Service, one for each endpoint.
 */
const files = {
  'recipes.jsonl': { vectors: 18, answers: 66, perDirection: 0, throughService: 8 },
  'cnp-conformance.jsonl': { vectors: 96, answers: 301, perDirection: 0, throughService: 0 },
  'cyclonus.jsonl': { vectors: 192, answers: 82_944, perDirection: 2 * 82_944, throughService: 0 },
  'policy-assistant.jsonl': { vectors: 21, answers: 1_090, perDirection: 2 * 1_090, throughService: 0 },
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
    const judged = { vectors: vectors.length, answers: 0, perDirection: 0, throughService: 0 }
    const wrong: string[] = []
    for (const { id, world, assertions } of vectors)
      for (const assertion of assertions) {
        judged[assertion.part === 'both' ? 'answers' : 'perDirection'] += 1
        if (assertion.throughService) judged.throughService += 1
        const got = plain(world, assertion)
        if (got !== word(assertion.isAllowed)) wrong.push(`${id}: ${say(assertion)}: ${got}`)
      }
    expect(wrong.slice(0, 20)).toEqual([])
    expect(judged).toEqual(promised)
  })
})

test('where a suite contradicts its own manifest, the manifest counts', () => {
  const disputed = vectorsOf('recipes.jsonl').filter((vector) => vector.disputed.length > 0)
  expect(disputed.map((vector) => [vector.id, ...vector.disputed])).toEqual([
    ['recipes/14', { suiteSays: 'allow', expect: 'deny' }],
  ])
})
