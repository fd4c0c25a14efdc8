import { expect, test } from 'vitest'
import { Network } from '../../../src/network/network.ts'
import { manifestCoverage } from '../../../src/snapshot/files/coverage.ts'
import { parseObject } from '../../../src/snapshot/kinds/kinds.ts'
import type { Coverage } from '../../../src/snapshot/snapshot.ts'

/** Kinds in which callers of a Service of namespace shop may be, unread. */
function unreadKinds(coverage: Coverage): readonly string[] {
  const service = parseObject({
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'web', namespace: 'shop' },
    spec: {},
  })
  const objects = service === undefined ? [] : [service]
  const network = Network.of({ takenAt: '', server: { source: 'test' }, objects, coverage, observations: [] })
  const [web] = network.services.in('shop').items
  return web === undefined ? [] : network.traffic.to(web).gaps.map(({ kind }) => kind)
}

test('callers in namespaces of which nothing was read are a gap, not absent', () => {
  const whole = manifestCoverage(true)
  expect(unreadKinds(whole)).toEqual([])
  const kinds = { ...whole.kinds, Deployment: { namespaces: ['shop'], depth: 'full' as const } }
  expect(unreadKinds({ ...whole, kinds })).toEqual(['Deployment'])
})
