import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { changedWorld } from '../../src/change/changed-world.ts'
import { changedFlows } from '../../src/change/flows.ts'
import { diagnose } from '../../src/diagnosis/diagnose.ts'
import type { Edit } from '../../src/network/edit.ts'
import { Network } from '../../src/network/network.ts'
import { cniProfiles } from '../../src/network/policy/profile.ts'
import { loadFiles } from '../../src/snapshot/files/load.ts'

const file = 'fixtures/policy/egress-denied/broken-port-not-listed.yaml'

function networkWith(plugin: string | undefined, more = ''): Network {
  const sources = [{ file, content: `${readFileSync(file, 'utf8')}\n---\n${more}` }]
  const { snapshot } = loadFiles(sources, { isComplete: true, defaultNamespace: 'shop' })
  return Network.of(
    snapshot,
    cniProfiles.find(({ name }) => name === plugin),
  )
}

const rulesOf = (network: Network): readonly string[] =>
  diagnose({ kind: 'scan', namespaces: ['shop'] }, network)
    .problems.filter(({ cause }) => cause.severity !== 'note')
    .map(({ cause }) => cause.rule)

test('findings count on the network plugin that was told, not on a guess', () => {
  expect(rulesOf(networkWith(undefined))).toEqual(['policy/egress-denied'])
  expect(rulesOf(networkWith('calico'))).toEqual(['policy/egress-denied'])
  expect(rulesOf(networkWith('flannel'))).toEqual([])
})

const fenced = `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: fence, namespace: other }
spec: { podSelector: {}, policyTypes: [Ingress] }
---
apiVersion: v1
kind: Pod
metadata: { name: db, namespace: other, labels: { app: db } }
spec: { containers: [{ name: db, image: db:1 }] }
status: { phase: Running, podIP: 10.0.9.9, podIPs: [{ ip: 10.0.9.9 }] }
---
apiVersion: v1
kind: Pod
metadata: { name: client, namespace: other, labels: { app: client } }
spec: { containers: [{ name: client, image: client:1 }] }
status: { phase: Running, podIP: 10.0.9.8, podIPs: [{ ip: 10.0.9.8 }] }
`

test('so does what a fix opens', () => {
  const edit: Edit = {
    kind: 'patch',
    reference: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      namespace: 'other',
      name: 'fence',
    },
    operations: [
      { op: 'add', path: '/spec/ingress', value: [{ from: [{ ipBlock: { cidr: '10.0.9.8/32' } }] }] },
    ],
  }
  const opened = (plugin: string | undefined): number => {
    const world = changedWorld([edit], networkWith(plugin, fenced))
    if (world === undefined) throw new Error('no such policy')
    return changedFlows(world.before, world.after).changes.filter(
      ({ effect, source }) => effect === 'allowed' && source.kind === 'workload',
    ).length
  }
  expect(opened(undefined)).toBeGreaterThan(0)
  // Cilium compares no pod with a block.
  expect(opened('cilium')).toBe(0)
})
