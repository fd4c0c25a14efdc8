import { describe, expect, it } from 'vitest'
import { examine } from '../../src/diagnosis/examine.ts'
import type { Question } from '../../src/diagnosis/question.ts'
import { extentOf } from '../../src/network/inventory/extent.ts'
import { Network } from '../../src/network/network.ts'
import { expectHonest } from '../diagnosis/honest.ts'
import { recordings } from '../recorded/recording.ts'
import { manyPods, objectsIn, readFor, serve } from './large-cluster.ts'

const systems = ['kube-system', 'kube-public', 'kube-node-lease']

/** What an answer comes down to: problems, what could not be checked, and how each way goes. */
function verdictOf(question: Question, network: Network) {
  const { joined, unknown, paths } = examine(question, network)
  return {
    problems: joined.causes.map(({ severity, proof, key }) => `${severity} ${proof} ${key}`).sort(),
    unknown: unknown.map(({ rule, about }) => `${rule} ${about.name}`).sort(),
    paths: new Map(paths.map(({ connection, outcome }) => [connection.key, outcome])),
  }
}

const everything = { kind: 'scan', namespaces: 'all' } as const

describe.each(recordings)('%s, served as a part of a large cluster', (path) => {
  const objects = objectsIn(path)
  const named = objects.filter(
    ({ kind, metadata }) => kind === 'Service' && !systems.includes(metadata.namespace ?? ''),
  )

  it('has the same verdict about each of its Services as when it is read whole', async () => {
    const whole = Network.of(await readFor(everything, serve(objects)))
    for (const { metadata } of named) {
      const question = { kind: 'service', namespace: metadata.namespace ?? '', name: metadata.name } as const
      const expected = verdictOf(question, whole)
      const narrow = verdictOf(question, Network.of(await readFor(question, serve(objects, [manyPods]))))
      expect(narrow.problems, metadata.name).toEqual(expected.problems)
      expect(narrow.unknown, metadata.name).toEqual(expected.unknown)
      for (const [key, outcome] of narrow.paths) {
        if (expected.paths.has(key)) expect(outcome, key).toBe(expected.paths.get(key))
      }
    }
  })

  it('is answered honestly, namespace by namespace', async () => {
    const whole = Network.of(await readFor(everything, serve(objects)))
    expect(extentOf(whole.inventory)).toBeUndefined()
    for (const namespace of new Set(named.map(({ metadata }) => metadata.namespace ?? ''))) {
      const question = { kind: 'scan', namespaces: [namespace] } as const
      const partial = Network.of(await readFor(question, serve(objects, [manyPods])))
      expect(extentOf(partial.inventory)).toBeDefined()
      expectHonest({ before: examine(question, whole), after: examine(question, partial), whole, partial })
    }
  })
})
