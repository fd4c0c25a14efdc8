import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type Examination, examine } from '../../src/diagnosis/examine.ts'
import type { Question } from '../../src/diagnosis/question.ts'
import { Network } from '../../src/network/network.ts'
import { kindNames } from '../../src/snapshot/kinds/kinds.ts'
import { KnownError } from '../../src/snapshot/known-error.ts'
import { expectHonest } from '../diagnosis/honest.ts'
import { forbid, onList } from './handlers.ts'
import { manyPods, objectsIn, readFor, serve } from './large-cluster.ts'
import { namespace } from './recorded-cluster.ts'
import { type Handler, status } from './server.ts'

const objects = objectsIn('fixtures/velocitytech/incident.json.gz')
const present = kindNames.filter((kind) => objects.some((object) => object.kind === kind))

const ways: Readonly<Record<string, (kind: string) => Handler>> = {
  'refused everywhere': (name) => forbid(({ kind }) => kind === name),
  'refused at the cluster scope': (name) =>
    forbid(({ kind, namespace: space }) => kind === name && space === undefined),
  'refused in the namespace': (name) =>
    forbid(({ kind, namespace: space }) => kind === name && space === namespace),
  failed: (name) => onList(name, () => status(500, 'InternalError', 'no leader')),
  'not served': (name) => onList(name, () => ({ status: 404, text: '404 page not found\n' })),
  'changing all the time': (name) => onList(name, () => status(410, 'Expired', 'too old')),
}

const questions: readonly Question[] = [
  { kind: 'scan', namespaces: [namespace] },
  { kind: 'service', namespace, name: 'auth-service' },
  { kind: 'from', namespace, workload: `Deployment/${namespace}/order-service` },
]

it('a large cluster of which reads fail leads to less knowledge, never to other', async () => {
  const whole = Network.of(await readFor({ kind: 'scan', namespaces: 'all' }, serve(objects)))
  const before = new Map<Question, Examination>(questions.map((asked) => [asked, examine(asked, whole)]))
  for (const { paths } of before.values()) expect(paths).not.toEqual([])
  const breaks = fc.record({ kind: fc.constantFrom(...present), way: fc.constantFrom(...Object.keys(ways)) })
  const some = fc.uniqueArray(breaks, { minLength: 1, maxLength: 3, selector: ({ kind }) => kind })
  const property = fc.asyncProperty(fc.constantFrom(...questions), some, async (question, broken) => {
    const handlers = broken.flatMap(({ kind, way }) => ways[way]?.(kind) ?? [])
    const snapshot = await readFor(question, serve(objects, [manyPods, ...handlers])).catch(
      (error: unknown) => {
        expect(error).toBeInstanceOf(KnownError)
        return undefined
      },
    )
    const known = before.get(question)
    if (snapshot === undefined || known === undefined) return
    const partial = Network.of(snapshot)
    expectHonest({ before: known, after: examine(question, partial), whole, partial })
  })
  await fc.assert(property, { numRuns: 60 })
}, 120_000)
