import { whole } from '../../network/inventory/read.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { isBalancedTo, isLoadBalancer } from './facts.ts'

export default defineRule({
  id: 'loadbalancer/no-eligible-node',
  title: 'Every node is left out by load balancers',
  subject: 'Service',
  severity: 'error',
  over: ['loadbalancer/local-policy-no-endpoint-node'],
  docs: {
    means: 'A load balancer that sends to nodes has none to send to.',
    why: 'A cluster of control planes only has the label that excludes them, or somebody put it on all nodes.',
    proof:
      'Every Node has the label `node.kubernetes.io/exclude-from-external-load-balancers`, or the autoscaler’s taint.',
    fix: 'Take the label off the nodes that shall take traffic.',
    falseAlarmWhen:
      'Nodes that may not be read: unknown. Load balancers that send to pods directly (annotations of AWS and GKE) are left out.',
  },
  check(service, network) {
    if (!isLoadBalancer(service) || sendsToPods(service.metadata.annotations)) return undefined
    const nodes = whole(network.inventory.list('Node'))
    const [first] = nodes
    if (first === undefined || nodes.some(isBalancedTo)) return undefined
    const by = referenceTo(service)
    return {
      proof: 'proven',
      place: place.object(by),
      summary: say`The load balancer of ${by} has no node to send to: all ${nodes.length} carry the label that excludes them`,
      evidence: [
        { reference: by, field: 'spec.type', value: service.spec.type },
        {
          reference: referenceTo(first),
          field: 'metadata.labels[node.kubernetes.io/exclude-from-external-load-balancers]',
          value: first.metadata.labels['node.kubernetes.io/exclude-from-external-load-balancers'],
        },
      ],
      advice: [
        say`kubectl label node ${first.metadata.name} node.kubernetes.io/exclude-from-external-load-balancers-`,
      ],
    }
  },
})

function sendsToPods(annotations: Readonly<Record<string, string>>): boolean {
  return (
    annotations['service.beta.kubernetes.io/aws-load-balancer-nlb-target-type'] === 'ip' ||
    annotations['cloud.google.com/neg'] !== undefined
  )
}
