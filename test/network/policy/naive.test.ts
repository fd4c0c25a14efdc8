import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decide, type FlowVerdict } from '../../../src/network/policy/decide.ts'
import type { Raw } from './generated/values.ts'
import { type GeneratedFlow, worlds } from './generated/worlds.ts'
import type { NaiveEnd } from './naive/objects.ts'
import { type NaiveVerdict, naive } from './naive.ts'
import { endpointOf, worldOf } from './worlds.ts'

function naiveEnd(objects: readonly Raw[], key: string): NaiveEnd {
  if (key.startsWith('ip:')) return { kind: 'outside', address: key.slice(3) }
  const [namespace, name] = key.startsWith('node:') ? [undefined, key.slice(5)] : key.split('/')
  const found = objects.find(({ kind, metadata }) => {
    const meta = metadata as { name: string; namespace?: string }
    return ['Pod', 'Node'].includes(String(kind)) && meta.name === name && meta.namespace === namespace
  })
  if (found === undefined) throw new Error(`no ${key}`)
  return namespace === undefined ? { kind: 'node', node: found } : { kind: 'pod', pod: found }
}

function short({ outcome, families }: FlowVerdict): NaiveVerdict {
  return {
    outcome,
    families: families.map(({ egress, ingress }) => ({ egress: egress.outcome, ingress: ingress.outcome })),
  }
}

const seen = new Map<string, number>()

function compare(objects: readonly Raw[], flows: readonly GeneratedFlow[]): void {
  const world = worldOf(objects)
  for (const flow of flows) {
    const { from, to, protocol, port, throughService } = flow
    const verdict = decide(
      { source: endpointOf(world, from), destination: endpointOf(world, to), protocol, port, throughService },
      world.policies,
    )
    const expected = naive(objects, {
      ...flow,
      source: naiveEnd(objects, from),
      destination: naiveEnd(objects, to),
    })
    seen.set(expected.outcome, (seen.get(expected.outcome) ?? 0) + 1)
    expect({ flow, ...short(verdict) }).toEqual({ flow, ...expected })
  }
}

test('agrees with an evaluator written from the documentation, on generated clusters', {
  timeout: 120_000,
}, () => {
  fc.assert(
    fc.property(worlds, ({ objects, flows }) => compare(objects, flows)),
    { numRuns: 1500 },
  )
  // The clusters are worth comparing only when every kind of answer comes out often.
  for (const outcome of ['passes', 'fails', 'unknown'])
    expect(seen.get(outcome), outcome).toBeGreaterThan(500)
  expect(seen.get('partly'), 'partly').toBeGreaterThan(3)
})
