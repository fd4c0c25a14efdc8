import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decide } from '../../../src/network/policy/decide.ts'
import { isFinished } from '../../../src/network/policy/endpoint.ts'
import { matrixOf } from '../../../src/network/policy/matrix.ts'
import { Reachability } from '../../../src/network/policy/reachability/reachability.ts'
import { randomObjects } from './reachability/random-world.ts'
import { worldOf } from './worlds.ts'

test('counts what the plain evaluator counts, pair by pair, for every namespace and port', {
  timeout: 60_000,
}, () => {
  fc.assert(
    fc.property(randomObjects, (objects) => {
      const { inventory, policies } = worldOf(objects)
      const pods = inventory.list('Pod').items.filter((pod) => !isFinished(pod))
      const groups = ['a', 'b', 'c']
      const reachability = new Reachability(
        pods.map((pod) => [pod]),
        [policies],
      )
      const cells = matrixOf(
        reachability,
        ({ kind, namespace }) => (kind === 'pods' ? groups.indexOf(namespace) : undefined),
        groups.length,
      )
      for (const { source, destination, ranges } of cells)
        for (const { protocol, from, to, ...counted } of ranges)
          for (const port of new Set([from, to])) {
            const expected = { passes: 0, fails: 0, unknown: 0, partly: 0 }
            for (const a of pods)
              for (const b of pods) {
                if (
                  a === b ||
                  a.metadata.namespace !== groups[source] ||
                  b.metadata.namespace !== groups[destination]
                )
                  continue
                const flow = {
                  source: { kind: 'pod', pod: a },
                  destination: { kind: 'pod', pod: b },
                  protocol,
                  port,
                } as const
                expected[decide(flow, policies).outcome]++
              }
            expect(counted).toEqual(expected)
          }
      for (const { ranges } of cells) {
        const covered = ranges.reduce((sum, { from, to }) => sum + to - from + 1, 0)
        expect([0, 3 * 65535]).toContain(covered)
      }
    }),
    { numRuns: 60, endOnFailure: true },
  )
})
