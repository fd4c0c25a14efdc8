import fc from 'fast-check'
import { expect, test } from 'vitest'
import { consider } from '../../../src/network/policy/consider.ts'
import { decide } from '../../../src/network/policy/decide.ts'
import { type ConsideredRule, type Explanation, explainFlow } from '../../../src/network/policy/explain.ts'
import { matchSubject } from '../../../src/network/policy/match.ts'
import { nearest, nearMisses } from '../../../src/network/policy/nearest.ts'
import { maySelect } from '../../../src/network/policy/subject-index.ts'
import { networkPolicy } from './generated/network-policies.ts'
import { pod, podShape } from './generated/pods.ts'
import { namespaces } from './generated/values.ts'
import { type World, worldOf } from './worlds.ts'

/** So many policies that they are looked up by labels. */
const crowded = fc
  .record({
    pods: fc.array(podShape, { minLength: 2, maxLength: 5 }),
    policies: fc.array(networkPolicy, { minLength: 16, maxLength: 30 }),
  })
  .map(({ pods, policies }) =>
    worldOf([
      ...namespaces.map((name) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })),
      ...pods.map(pod),
      ...policies.map((make, index) => make(index)),
    ]),
  )

test('of many policies, none that selects a pod is left out, and the order stays', () => {
  fc.assert(
    fc.property(crowded, (world) => {
      for (const found of world.inventory.list('Pod').items) {
        const namespace = world.policies.namespace(found.metadata.namespace ?? '')
        const party = { endpoint: { kind: 'pod' as const, pod: found }, pod: found, namespace }
        const set = world.policies.in(namespace.name)
        const isSelecting = new Set(
          set.policies.filter((policy) => matchSubject(policy, party, world.policies).is !== 'no'),
        )
        const chosen = maySelect(set, party)
        expect(chosen.filter((policy) => isSelecting.has(policy))).toEqual([...isSelecting])
        expect(chosen).toEqual(set.policies.filter((policy) => chosen.includes(policy)))
      }
    }),
    { numRuns: 200 },
  )
})

const failing = ({ clauses }: ConsideredRule): number => clauses.filter(({ ok }) => ok !== true).length

/** The nearest rule of policies for other pods, found by looking at every one; `undefined` if an own one is as near. */
function nearestOfAll(explanation: Explanation, { policies }: World): string | undefined {
  const { subject, peer, target, direction } = explanation
  const [own] = nearMisses(explanation)
  const others = policies
    .in(subject.namespace?.name ?? '')
    .policies.filter((policy) => matchSubject(policy, subject, policies).is === 'no')
    .flatMap((policy) => policy.rules[direction] ?? [])
    .map((rule) => consider(rule, subject, peer, target, policies))
    .filter(({ clauses }) =>
      clauses.some(
        ({ is, ok }) => ok === true && !['subject', 'port', 'protocol', 'peers', 'namespace'].includes(is),
      ),
    )
    .map((rule) => ({ rule, distance: failing(rule) + 1 }))
    .filter(({ distance }) => own === undefined || distance < own.failing.length)
  const least = Math.min(...others.map(({ distance }) => distance))
  return others
    .filter(({ distance }) => distance === least)
    .map(({ rule }) => `${rule.policy.name} ${rule.path}`)
    .sort()[0]
}

test('of many policies for other pods, the nearest rule is found without comparing all', {
  timeout: 60_000,
}, () => {
  let found = 0
  fc.assert(
    fc.property(crowded, (world) => {
      const pods = world.inventory.list('Pod').items
      for (const source of pods)
        for (const destination of pods) {
          const flow = {
            source: { kind: 'pod' as const, pod: source },
            destination: { kind: 'pod' as const, pod: destination },
            protocol: 'TCP' as const,
            port: 80,
          }
          for (const family of explainFlow(decide(flow, world.policies), world.policies).families)
            for (const side of [family.egress, family.ingress]) {
              if (side.outcome !== 'fails') continue
              const expected = nearestOfAll(side, world)
              const other = side.nearestOther
              expect(other && `${other.policy.name} ${other.path}`).toBe(expected)
              if (other !== undefined) expect(nearest(side)?.rule).toBe(other)
              if (other !== undefined) found += 1
            }
        }
    }),
    { numRuns: 150 },
  )
  expect(found).toBeGreaterThan(20)
})
