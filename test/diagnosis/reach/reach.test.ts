import { describe, expect, it } from 'vitest'
import { workloadEnd } from '../../../src/diagnosis/flow/ends.ts'
import { judgeFlow } from '../../../src/diagnosis/flow/judge.ts'
import { type ReachPeer, reach } from '../../../src/diagnosis/reach/reach.ts'
import { Network } from '../../../src/network/network.ts'
import type { Workload } from '../../../src/network/workloads/workload.ts'
import { loadFiles } from '../../../src/snapshot/files/load.ts'
import { readSources } from '../../../src/snapshot/files/sources.ts'
import { keyOf } from '../../../src/snapshot/snapshot.ts'

const recordings = ['incident', 'as-written', 'running', 'traefik']

function networkOf(name: string): Network {
  const { snapshot } = loadFiles(readSources([`fixtures/velocitytech/${name}.json.gz`]), {
    isComplete: false,
    defaultNamespace: 'default',
  })
  return Network.of(snapshot)
}

const all = ({ workloads }: Network): readonly Workload[] =>
  workloads
    .namespaces()
    .flatMap((namespace) => workloads.in(namespace).items)
    .filter(({ pods }) => pods.some(({ status }) => status.phase === 'Running'))

const keyOfPeer = (peer: ReachPeer): string => (peer.kind === 'workload' ? keyOf(peer.reference) : peer.name)

/** Single verdicts, asked one by one, are the reference. */
describe.each(recordings)('reach agrees with every single verdict of %s', (name) => {
  const network = networkOf(name)
  const workloads = all(network)

  it('--to each workload on port 80', () => {
    for (const target of workloads) {
      const end = workloadEnd(target)
      const asked = { port: 80, protocol: 'TCP' } as const
      const { groups } = reach({ side: 'to', end, asked }, network.policy, network)
      const said = new Map(
        groups.flatMap(({ outcome, entries }) =>
          entries.flatMap(({ peers }) => peers.map((peer) => [keyOfPeer(peer), outcome] as const)),
        ),
      )
      for (const source of workloads.filter((other) => other !== target)) {
        const question = { source: workloadEnd(source), destination: end, asked }
        expect([source.key, said.get(source.key)]).toEqual([
          source.key,
          judgeFlow(question, network.policy, network).outcome,
        ])
      }
      const world = { source: { kind: 'world' as const }, destination: end, asked }
      expect(said.get('any address outside')).toBe(judgeFlow(world, network.policy, network).outcome)
    }
  })

  it('--from each workload, on the ports that the others declare', () => {
    for (const source of workloads) {
      const end = workloadEnd(source)
      const { groups } = reach({ side: 'from', end, asked: {} }, network.policy, network)
      for (const { outcome, entries } of groups)
        for (const { peers, ports } of entries)
          for (const peer of peers)
            for (const { protocol, from, to } of ports)
              for (const port of new Set([from, to])) {
                const target = workloads.find(({ key }) => key === keyOfPeer(peer))
                if (target === undefined || target === source) continue
                const question = { source: end, destination: workloadEnd(target), asked: { port, protocol } }
                const one = judgeFlow(question, network.policy, network).outcome
                expect([source.key, target.key, port, outcome]).toEqual([source.key, target.key, port, one])
              }
      const seen = groups.flatMap(({ entries }) => entries.flatMap(({ peers }) => peers.map(keyOfPeer)))
      for (const { key } of workloads.filter((other) => other !== source)) expect(seen).toContain(key)
    }
  })
})
