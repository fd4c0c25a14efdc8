import { expect, test } from 'vitest'
import { changedWorld } from '../../src/change/changed-world.ts'
import { Network } from '../../src/network/network.ts'
import { dumpCoverage } from '../../src/snapshot/files/coverage.ts'
import { parseObject } from '../../src/snapshot/kinds/kinds.ts'
import { referenceTo } from '../../src/snapshot/snapshot.ts'

test('the new pods of an edited StatefulSet replace those of the same names', () => {
  const set = {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name: 'db', namespace: 'shop' },
    spec: {
      replicas: 1,
      template: { metadata: { labels: { app: 'db' } }, spec: { containers: [{ name: 'db' }] } },
    },
  }
  const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'db', controller: true }
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'db-0', namespace: 'shop', labels: { app: 'db' }, ownerReferences: [owner] },
    status: { phase: 'Running' },
  }
  const objects = [set, pod].flatMap((value) => parseObject(value) ?? [])
  const coverage = dumpCoverage(objects)
  const network = Network.of({ takenAt: '', server: { source: 'test' }, objects, coverage, observations: [] })
  const reference = referenceTo(set)
  const operations = [{ op: 'replace', path: '/spec/replicas', value: 2 } as const]
  const world = changedWorld([{ kind: 'patch', reference, operations }], network)
  const names = world?.after.inventory.list('Pod', 'shop').items.map(({ metadata }) => metadata.name)
  expect(names).toEqual(['db-0', 'db-1'])
})
