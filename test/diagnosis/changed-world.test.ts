import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import { examine } from '../../src/diagnosis/examine.ts'
import type { Question } from '../../src/diagnosis/question.ts'
import { Network } from '../../src/network/network.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { apply, edited, randomEdit } from '../change/edits.ts'
import { recording, recordings } from '../recorded/recording.ts'
import { asText } from './as-text.ts'
import { namespacesOf } from './without-reads.ts'

const everything: Question = { kind: 'scan', namespaces: 'all' }
const clusters = new Map(recordings.map((path) => [path, recording(path)]))
const clusterAt = (path: string): Snapshot => clusters.get(path) ?? recording(path)
const anyPath = fc.constantFrom(...recordings)

function look(network: Network): string {
  const { paths, findings, joined, unknown } = examine(everything, network)
  return asText({ paths, findings, joined, unknown })
}

/**
 * The invariant that all tried fixes rest on: whatever a changed world takes over from its parent is what it would
 * have computed itself.
 */
describe('a changed world', () => {
  test('is judged like one that is built of the changed objects, however often it changes', () => {
    fc.assert(
      fc.property(anyPath, fc.array(randomEdit, { minLength: 1, maxLength: 4 }), (path, edits) => {
        const cluster = clusterAt(path)
        const first = Network.of(cluster)
        const before = look(first)
        let world = first
        let snapshot = cluster
        for (const edit of edits) {
          const changes = apply(edit, snapshot.objects)
          world = world.with(changes)
          snapshot = edited(snapshot, changes)
          expect(look(world)).toBe(look(Network.of(snapshot)))
        }
        expect(look(first)).toBe(before)
      }),
      { numRuns: 80 },
    )
  })

  test('is judged so too where controllers have done their work', () => {
    fc.assert(
      fc.property(anyPath, randomEdit, (path, edit) => {
        const cluster = clusterAt(path)
        const first = Network.of(cluster)
        look(first)
        const namespaces = namespacesOf(cluster).slice(-1)
        look(first.with({ put: [], remove: [] }, namespaces))
        const changes = apply(edit, cluster.objects)
        const nothing = { put: [], remove: [] }
        const built = Network.of(edited(cluster, changes)).with(nothing, namespaces)
        expect(look(first.with(changes, namespaces))).toBe(look(built))
      }),
      { numRuns: 60 },
    )
  })

  test('gives the same diagnosis, with the same tried fixes', () => {
    fc.assert(
      fc.property(anyPath, randomEdit, (path, edit) => {
        const cluster = clusterAt(path)
        const first = Network.of(cluster)
        diagnose(everything, first)
        const changes = apply(edit, cluster.objects)
        const built = diagnose(everything, Network.of(edited(cluster, changes)))
        expect(asText(diagnose(everything, first.with(changes)))).toBe(asText(built))
      }),
      { numRuns: 25 },
    )
  })
})
