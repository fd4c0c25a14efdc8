import fc from 'fast-check'
import { describe, test } from 'vitest'
import { examine } from '../../src/diagnosis/examine.ts'
import type { Question } from '../../src/diagnosis/question.ts'
import { Network } from '../../src/network/network.ts'
import { kindNames, kinds } from '../../src/snapshot/kinds/kinds.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { recording, recordings } from '../recorded/recording.ts'
import {
  expectHonest,
  expectNoCallersDenied,
  expectNoErrorInvented,
  expectNoSeverityLowered,
  expectNoWayFlips,
  type Looks,
} from './honest.ts'
import { withoutPages } from './without-pages.ts'
import { namespacesOf, without } from './without-reads.ts'

/** Makes a snapshot of which less was read. */
interface Loss {
  readonly what: unknown
  readonly of: (cluster: Snapshot) => Snapshot
}

interface Case {
  readonly path: string
  readonly losses: readonly Loss[]
  readonly question: Question
}

const clusters = new Map(recordings.map((path) => [path, recording(path)]))
const clusterAt = (path: string): Snapshot => clusters.get(path) ?? recording(path)

/** A list that is forbidden, in one namespace or in all. */
const forbiddenIn = (cluster: Snapshot): fc.Arbitrary<Loss> =>
  fc
    .record({
      kind: fc.constantFrom(...kindNames),
      namespace: fc.option(fc.constantFrom(...namespacesOf(cluster)), { nil: undefined }),
    })
    .map(({ kind, namespace }) => {
      const forbidden = { kind, namespace: kinds[kind].namespaced ? namespace : undefined }
      return { what: forbidden, of: (snapshot) => without(snapshot, forbidden) }
    })

/** A page that is broken: of a kind that has objects, after some of them, or after none. */
const brokenIn = (cluster: Snapshot): fc.Arbitrary<Loss> => {
  const present = [...new Set(cluster.objects.map(({ kind }) => kind))]
  return fc
    .record({ kind: fc.constantFrom(...present), after: fc.integer({ min: 0, max: 12 }) })
    .map((broken) => ({ what: broken, of: (snapshot) => withoutPages(snapshot, broken) }))
}

const cases = (lossIn: (cluster: Snapshot) => fc.Arbitrary<Loss>): fc.Arbitrary<Case> =>
  fc.constantFrom(...recordings).chain((path) =>
    fc.record({
      path: fc.constant(path),
      losses: fc.array(lossIn(clusterAt(path)), { minLength: 1, maxLength: 2 }),
      question: fc.constantFrom<Question>(
        { kind: 'scan', namespaces: 'all' },
        { kind: 'scan', namespaces: namespacesOf(clusterAt(path)).slice(-1) },
      ),
    }),
  )

function compare(losses: fc.Arbitrary<Case>, check: (looks: Looks) => void): void {
  const property = fc.property(losses, ({ path, losses: lost, question }) => {
    const cluster = clusterAt(path)
    const whole = Network.of(cluster)
    const partial = Network.of(lost.reduce((snapshot, { of }) => of(snapshot), cluster))
    check({ before: examine(question, whole), after: examine(question, partial), whole, partial })
  })
  fc.assert(property, { numRuns: 120 })
}

describe('taking away a read', () => {
  const reads = cases(forbiddenIn)

  test('never turns a way that fails or is unknown into one that passes, nor the reverse', () => {
    compare(reads, expectNoWayFlips)
  })

  test('never invents an error: each is about an object of which an error was known', () => {
    compare(reads, expectNoErrorInvented)
  })

  test('never lowers a severity', () => {
    compare(reads, expectNoSeverityLowered)
  })

  test('never makes a Service that has callers one that certainly has none', () => {
    compare(reads, expectNoCallersDenied)
  })
})

describe('breaking a page', () => {
  test('never leads to other knowledge, only to less', () => {
    compare(cases(brokenIn), expectHonest)
  })

  test('and taking away a read neither', () => {
    compare(
      cases((cluster) => fc.oneof(forbiddenIn(cluster), brokenIn(cluster))),
      expectHonest,
    )
  })
})
