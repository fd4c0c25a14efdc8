import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { agentAdvice, daemonSets, sickAgent } from './agents.ts'
import { isVirtual } from './node-facts.ts'
import { loadOf } from './node-load.ts'

/** The rules of kube-proxy stay in the kernel while it restarts. */
const restartMs = 60_000

export default defineRule({
  id: 'node/kube-proxy-not-ready',
  title: 'kube-proxy that does not run on a node',
  subject: 'Node',
  severity: 'error',
  docs: {
    means:
      'Pods on this node keep the Service rules of the moment it stopped: new Services fail, old endpoints stay.',
    why: 'kube-proxy crashes (a wrong mode, a missing kernel module), or its pod was evicted.',
    proof:
      'The DaemonSet kube-proxy has no pod on the node, or its pod there is not Ready for more than a minute.',
    fix: 'Read its log on that node.',
    falseAlarmWhen:
      'Not applicable where there is no such DaemonSet (kube-proxy on the host) or Cilium replaces it. Silent for ' +
      'virtual nodes and for nodes without pods. Likely only: the rules in the kernel cannot be seen in the API.',
  },
  check(node, network) {
    if (isVirtual(node) || isReplaced(network)) return undefined
    if (loadOf(node, network).guests.length === 0) return undefined
    for (const daemonSet of daemonSets(network, (name) => name === 'kube-proxy')) {
      const agent = sickAgent(daemonSet, node, network, restartMs)
      if (agent === undefined) continue
      return {
        proof: 'likely',
        place: place.node(node.metadata.name),
        summary: say`${referenceTo(node)} ${agent.words}; clients there may use old Service rules`,
        detail: say`Its rules stay as they were when it stopped; what changed since is not followed on this node.`,
        evidence: agent.evidence,
        advice: agentAdvice(agent),
        confirm: say`compare a connection through a Service with one to its pods, from a pod on ${referenceTo(node)}`,
      }
    }
    return undefined
  },
})

/** Whether Cilium says that it does the work of kube-proxy. */
function isReplaced(network: Network): boolean {
  const [config] = network.inventory.get('ConfigMap', 'kube-system', 'cilium-config').items
  const value = config?.data['kube-proxy-replacement']
  return value === 'true' || value === 'strict'
}
