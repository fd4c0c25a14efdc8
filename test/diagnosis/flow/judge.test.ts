import { describe, expect, it } from 'vitest'
import { podEnd, workloadEnd } from '../../../src/diagnosis/flow/ends.ts'
import { judgeFlow } from '../../../src/diagnosis/flow/judge.ts'
import { Network } from '../../../src/network/network.ts'
import { loadFiles } from '../../../src/snapshot/files/load.ts'
import { dump, namespace, pod, policy } from '../../cli/policy-world.ts'

function ask(sourceIps: readonly string[], targetIps: readonly string[], policies: readonly unknown[]) {
  const objects = [
    namespace('shop'),
    pod('shop', 'web', { app: 'web' }, { ips: sourceIps }),
    pod('shop', 'api', { app: 'api' }, { ips: targetIps }),
    ...policies,
  ]
  const content = dump(objects.map((item) => JSON.parse(JSON.stringify(item))))
  const options = { isComplete: false, defaultNamespace: 'shop' }
  const network = Network.of(loadFiles([{ file: 'cluster', content }], options).snapshot)
  const [api, web] = network.inventory.list('Pod', 'shop').items
  if (web === undefined || api === undefined) throw new Error('no pods')
  return judgeFlow({ source: podEnd(web), destination: podEnd(api), asked: {} }, network.policy, network)
}

const block = policy('shop', 'v4', {
  podSelector: { matchLabels: { app: 'api' } },
  ingress: [{ from: [{ ipBlock: { cidr: '10.0.0.0/8' } }] }],
})

describe('a judged flow', () => {
  it('is told by address family where the families differ', () => {
    const { outcome, reasons } = ask(['10.1.0.1', 'fd00::1'], ['10.1.0.2', 'fd00::2'], [block])
    expect(outcome).toBe('partly')
    expect(reasons.map((reason) => [reason.outcome, reason.example.family])).toEqual([
      ['fails', 6],
      ['passes', 4],
    ])
  })

  it('between pods without a common family has a note', () => {
    const { notes } = ask(['10.1.0.1'], ['fd00::2'], [])
    expect(JSON.stringify(notes)).toContain('have no address family in common')
  })
})

describe('a workload that asks for itself', () => {
  const manifest = (replicas: number): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'List',
      items: [
        {
          apiVersion: 'networking.k8s.io/v1',
          kind: 'NetworkPolicy',
          metadata: { namespace: 'shop', name: 'deny' },
          spec: { podSelector: {}, policyTypes: ['Ingress', 'Egress'] },
        },
        {
          apiVersion: 'apps/v1',
          kind: 'Deployment',
          metadata: { namespace: 'shop', name: 'web' },
          spec: {
            replicas,
            selector: { matchLabels: { app: 'web' } },
            template: {
              metadata: { labels: { app: 'web' } },
              spec: { containers: [{ name: 'main', image: 'x', ports: [{ containerPort: 8080 }] }] },
            },
          },
        },
      ],
    })

  function outcome(content: string): string {
    const options = { isComplete: false, defaultNamespace: 'shop' }
    const network = Network.of(loadFiles([{ file: 'cluster', content }], options).snapshot)
    const [web] = network.workloads.in('shop').items
    if (web === undefined) throw new Error('no workload')
    const end = workloadEnd(web)
    return judgeFlow({ source: end, destination: end, asked: {} }, network.policy, network).outcome
  }

  it('means its other pods, where it would have several', () => {
    expect(outcome(manifest(2))).toBe('fails')
    expect(outcome(manifest(1))).toBe('passes')
  })

  it('means its other pods, where it has several', () => {
    const owned = (name: string, ip: string) => {
      const made = JSON.parse(JSON.stringify(pod('shop', name, { app: 'web' }, { ip })))
      const owner = { apiVersion: 'apps/v1', kind: 'StatefulSet', name: 'web', uid: 'web', controller: true }
      return { ...made, metadata: { ...made.metadata, ownerReferences: [owner] } }
    }
    const set = {
      apiVersion: 'apps/v1',
      kind: 'StatefulSet',
      metadata: { namespace: 'shop', name: 'web', uid: 'web' },
      spec: {
        selector: { matchLabels: { app: 'web' } },
        template: { metadata: { labels: { app: 'web' } }, spec: { containers: [] } },
      },
    }
    const deny = policy('shop', 'deny', { podSelector: {}, policyTypes: ['Ingress'] })
    const two = [owned('web-0', '10.1.0.1'), owned('web-1', '10.1.0.2')]
    expect(outcome(dump([namespace('shop'), set, ...two, deny]))).toBe('fails')
    expect(outcome(dump([namespace('shop'), set, ...two.slice(1), deny]))).toBe('passes')
  })
})
