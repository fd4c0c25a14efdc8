import fc from 'fast-check'
import { expect, it } from 'vitest'
import { examine } from '../../../src/diagnosis/examine.ts'
import { Network } from '../../../src/network/network.ts'
import type { KubeObject } from '../../../src/snapshot/kinds/kinds.ts'
import type { Snapshot } from '../../../src/snapshot/snapshot.ts'
import { summary } from '../../apiserver/diagnosed.ts'
import { recording } from '../../recorded/recording.ts'

const [incident, running] = ['incident', 'running'].map((name) =>
  recording(`fixtures/velocitytech/${name}.json.gz`),
)
const question = { kind: 'scan', namespaces: 'all' } as const

const keyOf = ({ kind, metadata }: KubeObject): string => `${kind}/${metadata.namespace}/${metadata.name}`

/** The first cluster with some of its objects gone, some as the second has them, at a later time. */
function laterThan(first: Snapshot, second: Snapshot, picks: readonly number[]) {
  const others = new Map(second.objects.map((object) => [keyOf(object), object]))
  const picked = [...new Set(picks.map((pick) => pick % first.objects.length))].flatMap(
    (index) => first.objects[index] ?? [],
  )
  const put = picked.flatMap((object) => others.get(keyOf(object)) ?? [])
  const removed = picked.filter((object) => !others.has(keyOf(object)))
  const changed = new Map(put.map((object) => [keyOf(object), object]))
  const objects = first.objects
    .filter((object) => !removed.includes(object))
    .map((object) => changed.get(keyOf(object)) ?? object)
  const takenAt = new Date(Date.parse(first.takenAt) + 3_600_000).toISOString()
  return { snapshot: { ...first, objects, takenAt }, put, removed }
}

it('a later moment is the same world as one that is built anew, whatever was asked before', () => {
  const first = incident
  const second = running
  if (first === undefined || second === undefined) throw new Error('there is no recording')
  const picks = fc.array(fc.nat(), { minLength: 1, maxLength: 40 })
  const property = fc.property(picks, picks, (some, others) => {
    let network = Network.of(first)
    let snapshot = first
    for (const each of [some, others]) {
      examine(question, network)
      const later = laterThan(snapshot, second, each)
      network = network.at(later.snapshot, { put: later.put, remove: later.removed })
      snapshot = later.snapshot
    }
    expect(summary(examine(question, network))).toEqual(summary(examine(question, Network.of(snapshot))))
  })
  fc.assert(property, { numRuns: 15 })
}, 60_000)
