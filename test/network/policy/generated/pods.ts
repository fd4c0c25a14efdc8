import fc from 'fast-check'
import { compact, labels, maybe, numbers, pick, portNames, protocols, type Raw } from './values.ts'

const containerPort = fc
  .record({
    name: maybe(pick(...portNames)),
    containerPort: pick(...numbers),
    protocol: maybe(pick('TCP', ...protocols)),
  })
  .map(compact)
const container = fc.record({ name: fc.constant('c'), ports: fc.array(containerPort, { maxLength: 2 }) })

export const nodes: readonly Raw[] = [1, 2].map((number) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name: `n${number}`, labels: number === 1 ? { pool: 'x' } : {} },
  status: {
    addresses: [
      { type: 'InternalIP', address: `192.168.0.${number}` },
      { type: 'InternalIP', address: `fd01::${number}` },
      { type: 'ExternalIP', address: `198.51.100.${number}` },
    ],
  },
}))

export const podShape = fc.record({
  namespace: pick('a', 'a', 'b', 'c'),
  labels: labels(['app', 'tier']),
  node: pick(1, 2),
  family: pick('v4', 'v4', 'v6', 'dual', 'dual', 'dual', 'dual', 'none'),
  host: fc.oneof({ weight: 9, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  over: fc.oneof({ weight: 19, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.constant(true) }),
  containers: fc.array(container, { minLength: 1, maxLength: 2 }),
  initContainers: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: fc.array(container, { minLength: 1, maxLength: 1 }) },
  ),
})
export type PodShape = typeof podShape extends fc.Arbitrary<infer T> ? T : never

export function pod(shape: PodShape, index: number): Raw {
  const { namespace, node, family, host, over, containers, initContainers } = shape
  const v4 = host ? `192.168.0.${node}` : `10.0.0.${index + 1}`
  const v6 = host ? `fd01::${node}` : `fd00::${index + 1}`
  const ips = host || family === 'dual' ? [v4, v6] : family === 'v4' ? [v4] : family === 'v6' ? [v6] : []
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: `p${index}`, namespace, labels: shape.labels },
    spec: {
      nodeName: `n${node}`,
      ...(host ? { hostNetwork: true } : {}),
      containers: containers.map((item, i) => ({ ...item, name: `c${i}` })),
      initContainers,
    },
    status: {
      phase: over ? 'Succeeded' : ips.length === 0 ? 'Pending' : 'Running',
      hostIP: `192.168.0.${node}`,
      podIPs: ips.map((ip) => ({ ip })),
    },
  }
}
