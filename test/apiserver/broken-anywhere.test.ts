import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isRecord, record } from '../../src/snapshot/kinds/json.ts'
import { kindNames } from '../../src/snapshot/kinds/kinds.ts'
import { expectHonest } from '../diagnosis/honest.ts'
import { healthyLook, lookAt, readIncident } from './diagnosed.ts'
import { onList } from './handlers.ts'
import { pageSize, recorded } from './recorded-cluster.ts'
import { type Handler, status } from './server.ts'
import type { Store } from './store.ts'
import type { Reply } from './wire.ts'

/** A page that is not what it should be, made from the right one. */
const spoils: Readonly<Record<string, (reply: Reply) => Reply>> = {
  refused: () => status(403, 'Forbidden', 'no'),
  failed: () => status(500, 'InternalError', 'no leader'),
  unavailable: () => status(503, 'ServiceUnavailable', 'shutting down'),
  expired: () => status(410, 'Expired', 'too old'),
  'not found': () => ({ status: 404, text: '404 page not found\n' }),
  reset: () => ({ wire: 'reset' }),
  'cut on the wire': (reply) => ({ ...reply, wire: 'cut' }),
  'cut JSON': ({ json }) => ({ bytes: Buffer.from(JSON.stringify(json).slice(0, -2)) }),
  'a login page': () => ({ text: '<html>log in</html>' }),
  'of another kind': () => ({ json: { kind: 'SecretList', items: [] } }),
  'without items, but with more to come': ({ json }) => ({ json: { ...record(json), items: 'none' } }),
  'with items that are none': ({ json }) => ({
    json: { ...record(json), items: list(json).map((item) => ({ ...item, metadata: null })) },
  }),
}

function list(json: unknown): readonly Record<string, unknown>[] {
  const items = record(json)['items']
  return Array.isArray(items) ? items.filter(isRecord) : []
}

interface Break {
  readonly kind: string
  /** How many pages are right before it. */
  readonly after: number
  readonly how: string
}

/** Spoils every page of a kind after some, whenever it is asked for. */
function breaking(store: Store, { kind, after, how }: Break): Handler {
  return onList(kind, (request) => {
    const start = Number(request.query.get('continue')?.split(':')[1] ?? 0)
    const isWhole = !request.query.has('limit')
    const reply = store.handler(request)
    return isWhole || start >= after * pageSize ? reply && spoils[how]?.(reply) : reply
  })
}

const present = kindNames.filter((kind) => recorded.some((object) => object.kind === kind))

it('any list, broken at any page in any way, leads to less knowledge and never to other', async () => {
  const breaks = fc.record({
    kind: fc.constantFrom(...present),
    after: fc.integer({ min: 0, max: 3 }),
    how: fc.constantFrom(...Object.keys(spoils)),
  })
  const some = fc.uniqueArray(breaks, { minLength: 1, maxLength: 3, selector: ({ kind }) => kind })
  const before = await healthyLook()
  const property = fc.asyncProperty(some, async (broken) => {
    const result = await readIncident((store) => ({ handlers: broken.map((each) => breaking(store, each)) }))
    const after = lookAt(result)
    const { coverage, objects } = after.network.inventory.snapshot
    for (const { kind, after: pages } of broken) {
      const has = recorded.filter((object) => object.kind === kind).length
      if (has <= pages * pageSize) continue
      expect(coverage.gaps.map((gap) => gap.kind)).toContain(kind)
      expect(coverage.kinds).not.toHaveProperty(kind)
      expect(coverage.notServed).not.toContain(kind)
      expect(objects.filter((object) => object.kind === kind).length).toBeLessThan(has)
    }
    const [whole, partial] = [before.network, after.network]
    expectHonest({ before: before.examination, after: after.examination, whole, partial })
  })
  await fc.assert(property, { numRuns: 40 })
}, 120_000)
