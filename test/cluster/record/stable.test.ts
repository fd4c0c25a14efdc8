import { expect, test } from 'vitest'
import { stable } from './stable.ts'

const uid = '60304445-2396-41bf-abea-9ced90b590a5'
const pod = {
  kind: 'Pod',
  apiVersion: 'v1',
  metadata: {
    uid: '11111111-2396-41bf-abea-9ced90b590a5',
    name: 'api-1',
    namespace: 'a',
    resourceVersion: '4711',
    ownerReferences: [{ kind: 'ReplicaSet', uid }],
    managedFields: [{ manager: 'kube-controller-manager' }],
  },
  status: { startTime: '2026-11-23T03:27:47Z' },
}
const laterPod = {
  ...pod,
  metadata: { name: 'api-2', namespace: 'a' },
  status: { startTime: '2026-11-23T03:28:47.500Z' },
}
const replicaSet = {
  apiVersion: 'apps/v1',
  kind: 'ReplicaSet',
  metadata: {
    name: 'api',
    namespace: 'a',
    uid,
    managedFields: [{ manager: 'kubectl-edit' }, { manager: 'kube-proxy' }],
  },
}
const node = {
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: 'n' },
  status: { nodeInfo: { machineID: 'x', kubeletVersion: 'v1' } },
}

test('a recording does not depend on order, uids, time or host', () => {
  const once = stable([pod, replicaSet, node])
  const otherwise = JSON.stringify([node, replicaSet, pod])
    .replaceAll(uid, uid.replace('6', '7'))
    .replaceAll('2026-11-23', '2026-11-24')
  const again = stable(JSON.parse(otherwise))
  expect(again).toEqual(once)
  expect(JSON.stringify(once)).not.toMatch(/machineID|4711|9ced90b590a5/)
})

test('references between objects and distances in time survive', () => {
  const [, recordedPod, , recordedSet] = stable([pod, laterPod, replicaSet, node])
  const uidOfSet = JSON.stringify(recordedSet).match(/"uid":"([^"]+)"/)?.[1]
  expect(recordedPod).toMatchObject({
    metadata: { ownerReferences: [{ uid: uidOfSet }] },
  })
  expect(recordedPod).toMatchObject({ status: { startTime: '2026-01-01T11:59:00Z' } })
})

test('field managers are kept where a person is among them', () => {
  const [, recordedPod, recordedSet] = stable([pod, replicaSet, node])
  expect(recordedPod?.['metadata']).not.toHaveProperty('managedFields')
  expect(recordedSet?.['metadata']).toHaveProperty('managedFields')
})
