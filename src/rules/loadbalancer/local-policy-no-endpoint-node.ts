import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { isHeadless, portText } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { remedyOf } from '../service/remedy.ts'
import { listed, say } from '../text.ts'
import { isBalancedTo, isLoadBalancer } from './facts.ts'

export default defineRule({
  id: 'loadbalancer/local-policy-no-endpoint-node',
  title: 'Local traffic policy, and no endpoint on a node that the load balancer may use',
  subject: 'ServicePort',
  severity: 'error',
  docs: {
    means:
      'Every node that the load balancer may send to fails its health check: nobody outside gets through, while inside all is well.',
    why: '`externalTrafficPolicy: Local` keeps the client’s address, and all pods run on nodes that are excluded from load balancers, such as control planes.',
    proof:
      'The nodes of the ready endpoints (or of those that still serve while they end), and the label ' +
      '`node.kubernetes.io/exclude-from-external-load-balancers` or the taint of the autoscaler on each of them.',
    fix: 'Set the policy to Cluster, or let the pods run on nodes that the load balancer may use.',
    falseAlarmWhen:
      'Some nodes without an endpoint are normal behind a health check. No usable endpoint at all is told by other rules. Endpoints ' +
      'without a node, and nodes that may not be read: nothing is said, or it is unknown.',
  },
  check({ service, port }, network) {
    const { externalTrafficPolicy } = service.spec
    if (!isLoadBalancer(service) || externalTrafficPolicy !== 'Local' || isHeadless(service)) return undefined
    const endpoints = whole(network.services.ofPort(service, port))
    const ready = endpoints.filter((endpoint) => endpoint.ready)
    const usable =
      ready.length > 0 ? ready : endpoints.filter(({ serving, terminating }) => serving && terminating)
    const names = [...new Set(usable.map(({ nodeName }) => nodeName))]
    if (usable.length === 0 || names.includes(undefined)) return undefined
    const nodes = names.flatMap((name) =>
      name === undefined ? [] : whole(network.inventory.get('Node', '', name)),
    )
    // A node that is gone takes its endpoints with it soon; that is another fault.
    if (nodes.length < names.length || nodes.some(isBalancedTo)) return undefined
    return draft(service, portText(port), nodes.map(({ metadata }) => metadata.name).sort(), network)
  },
})

function draft(service: Service, port: string, nodes: readonly string[], network: Network): FindingDraft {
  const by = referenceTo(service)
  const first = network.inventory.get('Node', '', nodes[0] ?? '').items[0]
  return {
    proof: 'proven',
    place: place.object(by),
    summary: say`The load balancer of ${by} reaches nobody on port ${port}: externalTrafficPolicy is Local, and all endpoints are on ${listed(nodes.slice(0, 3).map((name) => say`${name}`))}, which load balancers leave out`,
    evidence: [
      { reference: by, field: 'spec.externalTrafficPolicy', value: 'Local' },
      ...(first === undefined
        ? []
        : [
            {
              reference: referenceTo(first),
              field: 'metadata.labels[node.kubernetes.io/exclude-from-external-load-balancers]',
              value: first.metadata.labels['node.kubernetes.io/exclude-from-external-load-balancers'],
            },
          ]),
    ],
    ...remedyOf(
      service,
      [
        {
          kind: 'patch',
          reference: by,
          operations: [{ op: 'replace', path: '/spec/externalTrafficPolicy', value: 'Cluster' }],
        },
      ],
      say`With Cluster the pods see addresses of nodes instead of the client’s. Or keep Local and let the pods run on other nodes.`,
    ),
  }
}
