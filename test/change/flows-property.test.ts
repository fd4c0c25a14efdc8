import fc from 'fast-check'
import { expect, test } from 'vitest'
import { effectOf } from '../../src/change/flow-table.ts'
import { changedFlows } from '../../src/change/flows.ts'
import { Network } from '../../src/network/network.ts'
import { decide } from '../../src/network/policy/decide.ts'
import { isFinished } from '../../src/network/policy/endpoint.ts'
import { manifestCoverage } from '../../src/snapshot/files/coverage.ts'
import type { Pod } from '../../src/snapshot/kinds/pod.ts'
import { randomObjects, randomPolicies } from '../network/policy/reachability/random-world.ts'
import { parsed } from '../network/policy/worlds.ts'

function networkOf(objects: readonly unknown[]): Network {
  return Network.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects: objects.map(parsed),
    coverage: manifestCoverage(true),
    observations: [],
  })
}

const key = ({ metadata }: Pod): string => `${metadata.namespace}/${metadata.name}`

/** Verdicts that change, by both pods and effect, found by asking for each pair on every port that may matter. */
function plainly(before: Network, after: Network): readonly string[] {
  const pods = before.inventory.list('Pod').items.filter((pod) => !isFinished(pod))
  const ports = [1, 79, 80, 81, 82, 442, 443, 444, 8079, 8080, 8081, 65535]
  const found = new Set<string>()
  for (const a of pods)
    for (const b of pods)
      for (const protocol of ['TCP', 'UDP', 'SCTP'] as const)
        for (const port of ports) {
          const flow = {
            source: { kind: 'pod', pod: a },
            destination: { kind: 'pod', pod: b },
            protocol,
            port,
          } as const
          const effect = effectOf(decide(flow, before.policy).outcome, decide(flow, after.policy).outcome)
          if (effect !== undefined) found.add(`${effect} ${key(a)} -> ${key(b)} ${protocol}/${port}`)
        }
  return [...found].sort()
}

function told(before: Network, after: Network): readonly string[] {
  const ports = [1, 79, 80, 81, 82, 442, 443, 444, 8079, 8080, 8081, 65535]
  const { changes } = changedFlows(before, after)
  return changes
    .flatMap(({ effect, source, destination, ports: ranges }) => {
      if (source.kind === 'outside' || destination.kind === 'outside') return []
      const [from, to] = [source, destination].map(
        ({ reference }) => `${reference.namespace}/${reference.name}`,
      )
      return ranges.flatMap((range) =>
        ports
          .filter((port) => port >= range.from && port <= range.to)
          .map((port) => `${effect} ${from} -> ${to} ${range.protocol}/${port}`),
      )
    })
    .sort()
}

test('what changes is what the plain evaluator finds changed, and nothing else', { timeout: 120_000 }, () => {
  fc.assert(
    fc.property(randomObjects, randomPolicies, (objects, policies) => {
      const changed = policies.filter((_, index) => index < 2).map(parsed)
      const before = networkOf(objects)
      const removed = before.inventory.list('NetworkPolicy').items.slice(0, 1)
      const put = changed.filter(({ metadata }) =>
        removed.every((other) => other.metadata.name !== metadata.name),
      )
      const after = before.with({ put, remove: removed })
      expect(told(before, after)).toEqual(plainly(before, after))
    }),
    { numRuns: 60, endOnFailure: true },
  )
})
