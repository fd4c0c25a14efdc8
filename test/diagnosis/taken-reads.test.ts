import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Examination, examine } from '../../src/diagnosis/examine.ts'
import type { Question } from '../../src/diagnosis/question.ts'
import { Network } from '../../src/network/network.ts'
import type { Finding } from '../../src/rules/finding.ts'
import { kindNames, kinds } from '../../src/snapshot/kinds/kinds.ts'
import { keyOf, type Snapshot } from '../../src/snapshot/snapshot.ts'
import { isBroken } from '../../src/trace/path.ts'
import { recording, recordings } from '../recorded/recording.ts'
import { type Forbidden, namespacesOf, without } from './without-reads.ts'

interface Case {
  readonly path: string
  readonly forbidden: readonly Forbidden[]
  readonly question: Question
}

const clusters = new Map(recordings.map((path) => [path, recording(path)]))
const clusterAt = (path: string): Snapshot => clusters.get(path) ?? recording(path)

const forbiddenIn = (cluster: Snapshot): fc.Arbitrary<Forbidden> =>
  fc
    .record({
      kind: fc.constantFrom(...kindNames),
      namespace: fc.option(fc.constantFrom(...namespacesOf(cluster)), { nil: undefined }),
    })
    .map(({ kind, namespace }) => ({ kind, namespace: kinds[kind].namespaced ? namespace : undefined }))

const cases: fc.Arbitrary<Case> = fc.constantFrom(...recordings).chain((path) =>
  fc.record({
    path: fc.constant(path),
    forbidden: fc.array(forbiddenIn(clusterAt(path)), { minLength: 1, maxLength: 2 }),
    question: fc.constantFrom<Question>(
      { kind: 'scan', namespaces: 'all' },
      { kind: 'scan', namespaces: namespacesOf(clusterAt(path)).slice(-1) },
    ),
  }),
)

const rank = { note: 0, warning: 1, error: 2 } as const
const isError = ({ severity }: Finding): boolean => severity === 'error'

function compare(
  check: (before: Examination, after: Examination, networks: readonly Network[]) => void,
): void {
  const property = fc.property(cases, ({ path, forbidden, question }) => {
    const cluster = clusterAt(path)
    const networks = [cluster, forbidden.reduce(without, cluster)].map(Network.of)
    const [before, after] = networks.map((network) => examine(question, network))
    if (before !== undefined && after !== undefined) check(before, after, networks)
  })
  fc.assert(property, { numRuns: 120 })
}

describe('taking away a read', () => {
  test('never turns a way that fails or is unknown into one that passes, nor the reverse', () => {
    compare((before, after) => {
      const outcomes = new Map(before.paths.map(({ connection, outcome }) => [connection.key, outcome]))
      for (const { connection, outcome } of after.paths) {
        const was = outcomes.get(connection.key)
        if (outcome === 'passes') expect(['passes', undefined], connection.key).toContain(was)
        if (isBroken({ outcome })) expect(['fails', 'partly', undefined], connection.key).toContain(was)
      }
    })
  })

  test('never invents an error: each is about an object of which an error was known', () => {
    compare((before, after) => {
      const known = new Set(before.findings.map(({ key }) => key))
      const wrong = new Set(before.findings.filter(isError).map(({ about }) => keyOf(about)))
      const invented = after.findings.filter(isError).filter(({ key, about, places }) => {
        const isKnown = known.has(key) || wrong.has(keyOf(about))
        // A way that was broken before still is, whoever is to blame.
        return !isKnown && !before.paths.some(({ firstBroken }) => places.includes(firstBroken?.place ?? ''))
      })
      expect(invented.map(({ key }) => key)).toEqual([])
    })
  })

  test('never lowers a severity', () => {
    compare((before, after) => {
      const severities = new Map(before.findings.map(({ key, severity }) => [key, severity]))
      for (const { key, severity } of after.findings)
        expect(rank[severity], key).toBeGreaterThanOrEqual(rank[severities.get(key) ?? 'note'])
    })
  })

  test('never makes a Service that has callers one that certainly has none', () => {
    compare((before, after, [whole, partial]) => {
      const kept = new Set(
        after.scope.services.map(({ metadata }) => `${metadata.namespace}/${metadata.name}`),
      )
      for (const service of before.scope.services) {
        const { namespace, name } = service.metadata
        if (!kept.has(`${namespace}/${name}`) || whole?.traffic.to(service).items.length === 0) continue
        const callers = partial?.traffic.to(service)
        expect((callers?.items.length ?? 0) + (callers?.gaps.length ?? 0), name).toBeGreaterThan(0)
      }
    })
  })
})
