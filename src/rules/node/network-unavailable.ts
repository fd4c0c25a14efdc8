import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import { isReady, podAddresses } from '../../network/workloads/pods.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { conditionEvidence, nodeCondition } from './node-facts.ts'
import { isIdle, loadOf, loadText, placesOf } from './node-load.ts'

export default defineRule({
  id: 'node/network-unavailable',
  title: 'Node whose network is not set up',
  subject: 'Node',
  severity: 'error',
  explains: ['no-ready-endpoints', 'no-endpoints'],
  over: ['endpoint/all-not-ready', 'endpoint/some-not-ready'],
  docs: {
    means:
      'The node says that its pod network does not work: pods there reach nobody and are reached by nobody.',
    why: 'The network agent did not start on the node, or the cloud made no route to its pod range.',
    proof: 'The condition NetworkUnavailable of the node is True, and endpoints of Services name the node.',
    fix: 'Look at the network agent of that node, and at the routes of the cloud.',
    falseAlarmWhen:
      'Silent when the condition is False or absent, for nodes without endpoints, and where pods that came after it ' +
      'work: some agents leave it behind when they are replaced. A warning where other nodes carry the load.',
  },
  check(node, network) {
    const unavailable = nodeCondition(node, 'NetworkUnavailable')
    if (unavailable?.status !== 'True') return undefined
    const load = loadOf(node, network)
    if (isIdle(load, network)) return undefined
    if (load.guests.some((pod) => worksSince(pod, unavailable.lastTransitionTime, network))) return undefined
    return {
      proof: 'proven',
      severity: load.isCarried ? 'warning' : 'error',
      place: place.node(node.metadata.name),
      alsoAt: placesOf(load, network),
      summary: say`${referenceTo(node)} says that its network is unavailable: ${unavailable.reason ?? 'NetworkUnavailable=True'}`,
      detail: loadText(load),
      evidence: conditionEvidence(node, unavailable),
      advice: [
        say`kubectl -n kube-system get pods -o wide --field-selector spec.nodeName=${node.metadata.name}`,
        say`kubectl describe node ${node.metadata.name}`,
      ],
    }
  },
})

/** Whether a pod got its address after the condition was set, and is ready: then the network works. */
function worksSince(pod: Pod, since: string | undefined, network: Network): boolean {
  if (!isReady(pod) || podAddresses(pod).length === 0) return false
  const podAgeMs = network.inventory.ageMs(pod.status.startTime ?? pod.metadata.creationTimestamp)
  const conditionAgeMs = network.inventory.ageMs(since)
  return podAgeMs !== undefined && conditionAgeMs !== undefined && podAgeMs < conditionAgeMs
}
