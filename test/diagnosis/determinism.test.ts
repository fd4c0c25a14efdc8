import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Question } from '../../src/diagnosis/question.ts'
import { Network } from '../../src/network/network.ts'
import { parseObject } from '../../src/snapshot/kinds/kinds.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { recording, recordings } from '../recorded/recording.ts'
import { asText } from './as-text.ts'
import { namespacesOf } from './without-reads.ts'

const clusters = new Map(recordings.map((path) => [path, recording(path)]))
const clusterAt = (path: string): Snapshot => clusters.get(path) ?? recording(path)
/** A fix that opens something to everybody opens it to strangers too, and says so: that may differ. */
const answerWithoutOpens = (question: Question, snapshot: Snapshot): string =>
  asText(diagnose(question, Network.of(snapshot)), 'opens')

function questions(snapshot: Snapshot): readonly Question[] {
  const services = snapshot.objects.filter(({ kind }) => kind === 'Service')
  const deployments = snapshot.objects.filter(({ kind }) => kind === 'Deployment')
  return [
    { kind: 'scan', namespaces: 'all' },
    ...services
      .slice(-2)
      .map(({ metadata: { name, namespace = '' } }): Question => ({ kind: 'service', namespace, name })),
    ...deployments.slice(-2).map(
      ({ metadata: { name, namespace = '' } }): Question => ({
        kind: 'from',
        namespace,
        workload: `Deployment/${namespace}/${name}`,
      }),
    ),
  ]
}

const asked = fc
  .constantFrom(...recordings)
  .chain((path) => fc.tuple(fc.constant(path), fc.constantFrom(...questions(clusterAt(path)))))

describe('a diagnosis', () => {
  test('does not depend on the order of the objects', () => {
    fc.assert(
      fc.property(asked, fc.infiniteStream(fc.nat()), ([path, question], numbers) => {
        const snapshot = clusterAt(path)
        const order = snapshot.objects.map((object) => ({ object, at: numbers.next().value ?? 0 }))
        const objects = order.sort((a, b) => a.at - b.at).map(({ object }) => object)
        expect(answerWithoutOpens(question, { ...snapshot, objects })).toBe(
          answerWithoutOpens(question, snapshot),
        )
      }),
      { numRuns: 40 },
    )
  })

  test('is the same when it is made again of the same network', () => {
    fc.assert(
      fc.property(asked, ([path, question]) => {
        const network = Network.of(clusterAt(path))
        const first = asText(diagnose(question, network))
        expect(asText(diagnose(question, network))).toBe(first)
      }),
      { numRuns: 20 },
    )
  })

  test('is not changed by namespaces that have nothing to do with the question', () => {
    fc.assert(
      fc.property(fc.constantFrom(...recordings), (path) => {
        const snapshot = clusterAt(path)
        const question: Question = { kind: 'scan', namespaces: namespacesOf(snapshot).slice(-1) }
        const objects = [...snapshot.objects, ...stranger]
        // A fix that opens something to everybody opens it to the stranger too, and says so.
        const without = (world: Snapshot): string => asText(diagnose(question, Network.of(world)), 'opens')
        expect(without({ ...snapshot, objects })).toBe(without(snapshot))
      }),
      { numRuns: 20 },
    )
  })
})

const meta = { name: 'unheard-of', namespace: 'unrelated-namespace', labels: { unheard: 'of' } }
const spec = {
  containers: [{ name: 'c', image: 'nginx', env: [{ name: 'URL', value: 'http://unheard-of:80' }] }],
}

/** A Service, its pod and its slice, in a namespace that nobody else names. */
const stranger = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: meta.namespace } },
  {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: meta,
    spec,
    status: {
      phase: 'Running',
      podIPs: [{ ip: '198.51.100.7' }],
      conditions: [{ type: 'Ready', status: 'True' }],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: meta,
    spec: { clusterIP: '198.51.100.200', selector: meta.labels, ports: [{ port: 80, targetPort: 1 }] },
  },
].flatMap((json) => parseObject(json) ?? [])
