import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { lasting } from '../ages.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { conditionEvidence, nodeCondition } from './node-facts.ts'
import { isIdle, loadOf, loadText, placesOf } from './node-load.ts'

export default defineRule({
  id: 'node/not-ready-with-endpoints',
  title: 'Node that is not ready and hosts endpoints',
  subject: 'Node',
  severity: 'error',
  explains: ['no-ready-endpoints', 'no-local-endpoint'],
  over: [
    'endpoint/all-not-ready',
    'endpoint/some-not-ready',
    'endpoint/only-terminating',
    'endpoint/rollout-leaves-none-ready',
    'node/cni-agent-not-ready',
    'node/kube-proxy-not-ready',
    'node/network-unavailable',
  ],
  docs: {
    means: 'The control plane has taken the pods of this node out of the endpoints, or will in a moment.',
    why: 'The kubelet stopped, the machine is gone or out of resources, or the network to it is cut.',
    proof: 'The condition Ready of the node is False or Unknown, and endpoints of Services name the node.',
    fix: 'Bring the node back, or delete it so that its pods are made elsewhere.',
    falseAlarmWhen:
      'Silent for nodes without endpoints, and for cordoned nodes whose Services have ready endpoints elsewhere: they ' +
      'are drained. A warning where others carry the load. When no node may be read it is assumed, and said, that they are healthy.',
  },
  check(node, network) {
    const ready = nodeCondition(node, 'Ready')
    if (ready === undefined || ready.status === 'True') return undefined
    const load = loadOf(node, network)
    if (isIdle(load, network)) return undefined
    const isLeaving =
      node.spec.unschedulable === true || load.endpoints.every(({ terminating }) => terminating)
    if (isLeaving && load.isCarried) return undefined
    const ageMs = network.inventory.ageMs(ready.lastTransitionTime)
    const since = ageMs === undefined ? [] : say` since ${lasting(ageMs)}`
    const reference = referenceTo(node)
    const state = word(ready.status === 'Unknown' ? 'does not answer' : 'is not ready')
    return {
      proof: 'proven',
      severity: load.isCarried ? 'warning' : 'error',
      place: place.node(node.metadata.name),
      alsoAt: placesOf(load, network),
      summary: say`${reference} ${state}${since}: ${ready.reason ?? `Ready=${ready.status}`}`,
      detail: loadText(load),
      evidence: [
        ...conditionEvidence(node, ready),
        ...load.services.slice(0, 3).map((service) => ({
          reference: referenceTo(service),
          field: 'endpoints[].nodeName',
          value: node.metadata.name,
        })),
      ],
      advice: [say`kubectl describe node ${node.metadata.name}`],
    }
  },
})
