import { expect, test } from 'vitest'
import { Network } from '../../../src/network/network.ts'
import { manifestCoverage } from '../../../src/snapshot/files/coverage.ts'
import { parseObject } from '../../../src/snapshot/kinds/kinds.ts'

function networkOf(...values: readonly unknown[]): Network {
  return Network.of({
    takenAt: '2026-01-01T12:00:00Z',
    server: { source: 'test' },
    objects: values.flatMap((value) => parseObject(value) ?? []),
    coverage: manifestCoverage(true),
    observations: [],
  })
}

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web' }] } }

test('a workload of manifests stands for its pods; one whose status was written has those that were read', () => {
  const deployment = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web', namespace: 'shop' },
  }
  const spec = { replicas: 2, template }
  expect(networkOf({ ...deployment, spec }).workloads.podsIn('shop').items).toHaveLength(2)
  const observed = networkOf({ ...deployment, spec, status: { observedGeneration: 1 } })
  expect(observed.workloads.podsIn('shop').items).toEqual([])
})

test('an owner that is not read wants what its ReplicaSets want together', () => {
  const owner = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout', name: 'web', controller: true }
  const set = (name: string, replicas: number): unknown => ({
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'shop', ownerReferences: [owner] },
    spec: { replicas, template },
  })
  const [rollout] = networkOf(set('web-1', 0), set('web-2', 3)).workloads.in('shop').items
  expect(rollout?.key).toBe('Rollout/shop/web')
  expect(rollout?.replicas).toBe(3)
})
