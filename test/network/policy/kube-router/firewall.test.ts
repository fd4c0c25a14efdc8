import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decide, type FlowOutcome } from '../../../../src/network/policy/decide.ts'
import { isHostNetwork, isSamePod } from '../../../../src/network/policy/endpoint.ts'
import { cniProfiles } from '../../../../src/network/policy/profile.ts'
import { manifestCoverage } from '../../../../src/snapshot/files/coverage.ts'
import {
  compact,
  field,
  namespaceSelector,
  numbers,
  pick,
  podSelector,
  portNames,
  type Raw,
} from '../generated/values.ts'
import { type GeneratedFlow, worlds } from '../generated/worlds.ts'
import { nameOf, namespaceOf } from '../naive/objects.ts'
import { endpointOf, worldOf } from '../worlds.ts'
import { Firewall } from './firewall.ts'

const profile = cniProfiles.find(({ name }) => name === 'kube-router')
const observed = { ...manifestCoverage(true), declared: false }
const clusterWide = new Set(['ClusterNetworkPolicy', 'AdminNetworkPolicy', 'BaselineAdminNetworkPolicy'])
const seen = new Map<string, number>()

/** Each side of a flow in each family: as the API has it, and as the packet filter of kube-router does it. */
function compare(generated: readonly Raw[], flows: readonly GeneratedFlow[]): void {
  // The enforcer knows no cluster-wide policies; what the API leaves open is compared elsewhere.
  const objects = generated.filter(({ kind }) => !clusterWide.has(String(kind)))
  const byApi = worldOf(objects, undefined, observed)
  const byPlugin = worldOf(objects, profile, observed)
  const firewalls = { 4: new Firewall(objects, 4), 6: new Firewall(objects, 6) }
  for (const { from, to, protocol, port } of flows) {
    if (protocol === 'ICMP' || [from, to].some((end) => end.startsWith('node:'))) continue
    const flow = { source: endpointOf(byApi, from), destination: endpointOf(byApi, to), protocol, port }
    const ends = [flow.source, flow.destination].flatMap((end) => (end.kind === 'pod' ? [end.pod] : []))
    if (
      ends.some((pod) => isHostNetwork(pod) || pod.status.podIPs.length === 0) ||
      isSamePod(ends[0], ends[1])
    )
      continue
    const api = decide(flow, byApi.policies)
    const plugin = decide(flow, byPlugin.policies)
    for (const [index, family] of api.families.entries())
      for (const direction of ['egress', 'ingress'] as const) {
        const { pod } = direction === 'egress' ? family.source : family.destination
        const [source, destination] = [family.source.addressText, family.destination.addressText]
        const said = family[direction].outcome
        if (pod === undefined || source === undefined || destination === undefined || said === 'unknown')
          continue
        if (source.includes(':') !== destination.includes(':') || family[direction].tier === 'exempt')
          continue
        const raw = objects.find(
          (object) => nameOf(object) === pod.metadata.name && namespaceOf(object) === pod.metadata.namespace,
        )
        if (raw === undefined) throw new Error('no such pod')
        const isThrough = firewalls[source.includes(':') ? 6 : 4].passes(raw, {
          source,
          destination,
          protocol,
          port,
        })
        const done: FlowOutcome = isThrough ? 'passes' : 'fails'
        const expected = done === said ? said : 'unknown'
        const decision = plugin.families[index]?.[direction]
        expect({ from, to, protocol, port, direction, outcome: decision?.outcome }).toEqual({
          from,
          to,
          protocol,
          port,
          direction,
          outcome: expected,
        })
        if (done === said) continue
        for (const id of new Set(decision?.doubts.map((doubt) => doubt.id)))
          seen.set(id, (seen.get(id) ?? 0) + 1)
      }
  }
}

/** Every pod to every other, on every port over TCP. */
function pairsOf(objects: readonly Raw[]): readonly GeneratedFlow[] {
  const pods = objects.filter(({ kind }) => kind === 'Pod').map((pod) => `${namespaceOf(pod)}/${nameOf(pod)}`)
  return pods.flatMap((from) =>
    pods.flatMap((to) =>
      numbers.map((port): GeneratedFlow => ({ from, to, protocol: 'TCP', port, throughService: false })),
    ),
  )
}

const blocks = pick(
  { cidr: '0.0.0.0/0', except: ['10.0.0.0/30'] },
  { cidr: '10.0.0.0/29', except: ['10.0.0.2/32'] },
  { cidr: '10.0.0.0/30' },
  { cidr: '0.0.0.0/0' },
  { cidr: '::/0', except: ['fd00::2/128'] },
  { cidr: 'fd00::/64' },
)
const block = blocks.map((ipBlock) => ({ ipBlock }))
const named = pick(...portNames).map((port) => ({ port }))
const peer = fc.oneof(block, fc.record({ podSelector }), fc.record({ namespaceSelector, podSelector }))
const rules = (side: 'from' | 'to') => {
  const rule = fc.oneof(
    fc.record({
      [side]: fc.array(peer, { maxLength: 3 }),
      ports: fc.array(fc.oneof(named, named, fc.record({ port: pick(...numbers) })), { maxLength: 2 }),
    }),
    fc.record({ [side]: fc.array(block, { minLength: 2, maxLength: 3 }) }),
    fc.record({ [side]: fc.array(block, { minLength: 1, maxLength: 2 }), ports: fc.tuple(named) }),
  )
  return fc.array(rule, { maxLength: 1 })
}

/** A policy of the shapes that kube-router carries out in its own way. */
const oddPolicy = fc
  .record({
    podSelector: fc.oneof(fc.constant({}), podSelector),
    ingress: rules('from'),
    egress: rules('to'),
    policyTypes: field(pick(['Egress'], ['Ingress'])),
  })
  .map((spec) => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'odd', namespace: 'a' },
    spec: compact(spec),
  }))

test('under kube-router, a side is unknown just where its packet filter does the opposite of the API', {
  timeout: 120_000,
}, () => {
  fc.assert(
    fc.property(worlds, oddPolicy, fc.boolean(), ({ objects, flows }, odd, isAlone) => {
      const others = isAlone ? objects.filter(({ kind }) => kind !== 'NetworkPolicy') : objects
      compare([...others, odd], [...flows, ...pairsOf(objects)])
    }),
    { numRuns: 400 },
  )
  expect([...seen.keys()].sort()).toEqual([
    'kube-router-both-directions',
    'kube-router-except',
    'kube-router-port-name-beside-block',
    'kube-router-port-name-of-nobody',
    'kube-router-port-name-without-to',
  ])
})
