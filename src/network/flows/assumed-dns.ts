import { isKind, parseObject } from '../../snapshot/kinds/kinds.ts'
import { decide } from '../policy/decide.ts'
import type { Client } from '../traffic/connection.ts'
import { clientPods } from './client-pods.ts'
import type { FlowParts } from './flow.ts'

/** The pod of a cluster's DNS as nearly every distribution makes it; without an address, for nobody knows that. */
const usual = parseObject({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'coredns', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  spec: {
    containers: [
      {
        name: 'coredns',
        ports: [
          { name: 'dns', containerPort: 53, protocol: 'UDP' },
          { name: 'dns-tcp', containerPort: 53, protocol: 'TCP' },
        ],
      },
    ],
  },
})

/**
 * Whether a client's policies would let it ask the cluster's DNS if that is the usual one: for users who may not read
 * kube-system. A "no" proves nothing.
 */
export function reachesUsualDns(client: Client, protocol: 'UDP' | 'TCP', { policy }: FlowParts): boolean {
  if (usual === undefined || !isKind(usual, 'Pod')) return false
  const destination = { kind: 'pod', pod: usual } as const
  const pods = clientPods(client, false)
  return (
    pods.length > 0 &&
    pods.every(({ pod }) => {
      const { families } = decide({ source: { kind: 'pod', pod }, destination, protocol, port: 53 }, policy)
      return families.every(({ egress }) => egress.outcome === 'passes')
    })
  )
}
