import fc from 'fast-check'
import { clusterWide } from './cluster-wide-policies.ts'
import { networkPolicy } from './network-policies.ts'
import { nodes, pod, podShape } from './pods.ts'
import { labels, namespaces, numbers, pick, type Raw } from './values.ts'

/**
 * Small clusters in which things collide: few labels, few ports, few addresses. Every object is one that an API server
 * accepts; what it refuses has tests of its own.
 */

export interface GeneratedFlow {
  /** `namespace/pod`, `ip:ADDRESS` or `node:NAME`. */
  readonly from: string
  readonly to: string
  readonly protocol: 'TCP' | 'UDP' | 'SCTP' | 'ICMP'
  readonly port: number
  readonly throughService: boolean
}

export interface GeneratedWorld {
  readonly objects: readonly Raw[]
  readonly flows: readonly GeneratedFlow[]
}

const outside = [
  '203.0.113.5',
  '203.0.113.200',
  '2001:db8::1',
  '192.168.0.1',
  'fd01::2',
  '198.51.100.2',
  '10.0.0.9',
] as const

const end = fc.oneof(
  { weight: 12, arbitrary: fc.nat(5).map((index) => ({ pod: index })) },
  { weight: 2, arbitrary: pick(...outside).map((address) => ({ key: `ip:${address}` })) },
  { weight: 1, arbitrary: pick('node:n1', 'node:n2').map((key) => ({ key })) },
)

export const worlds: fc.Arbitrary<GeneratedWorld> = fc
  .record({
    namespaceLabels: fc.tuple(labels(['team']), labels(['team']), labels(['team'])),
    pods: fc.array(podShape, { minLength: 3, maxLength: 6 }),
    policies: fc.array(networkPolicy, { minLength: 1, maxLength: 5 }),
    clusterWide,
    flows: fc.array(
      fc.record({
        from: end,
        to: end,
        protocol: pick('TCP', 'TCP', 'TCP', 'TCP', 'TCP', 'UDP', 'UDP', 'SCTP', 'ICMP'),
        port: pick(...numbers),
        throughService: fc.boolean(),
      }),
      { minLength: 8, maxLength: 8 },
    ),
  })
  .map(({ namespaceLabels, pods, policies, clusterWide: wide, flows }) => {
    const all = pods.map(pod)
    const keys = pods.map(({ namespace }, index) => `${namespace}/p${index}`)
    const keyOf = (item: { pod: number } | { key: string }): string =>
      'key' in item ? item.key : (keys[item.pod % keys.length] ?? '')
    return {
      objects: [
        ...namespaces.map((name, index) => ({
          apiVersion: 'v1',
          kind: 'Namespace',
          metadata: { name, labels: namespaceLabels[index] ?? {} },
        })),
        ...nodes,
        ...all,
        ...policies.map((make, index) => make(index)),
        ...wide.map((make, index) => make(index)),
      ],
      flows: flows.map((flow) => ({ ...flow, from: keyOf(flow.from), to: keyOf(flow.to) })),
    }
  })
