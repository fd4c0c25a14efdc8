import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import { podAddresses } from '../../network/workloads/pods.ts'
import type { Node } from '../../snapshot/kinds/node.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { agentAdvice, daemonSets, sickAgent } from './agents.ts'
import { conditionEvidence, isVirtual, nodeCondition } from './node-facts.ts'
import { loadOf, type NodeLoad, placesOf } from './node-load.ts'

/** DaemonSets by which network plugins run on every node, as their own manifests name them. */
const agentName =
  /^(calico-node|canal|cilium|kube-flannel(-ds.*)?|weave-net|aws-node|azure-cni.*|kube-router|antrea-agent|ovnkube-node.*|ovs-node|kindnet|kube-ovn-cni|terway.*|netd)$/

/** A rolling update of an agent replaces its pod within this time. */
const updateMs = 300_000

/** A pod that waits longer than this for its address is stuck. */
const addressMs = 60_000

export default defineRule({
  id: 'node/cni-agent-not-ready',
  title: 'Network agent that does not run on a node',
  subject: 'Node',
  severity: 'error',
  explains: ['no-ready-endpoints', 'no-endpoints'],
  over: [
    'client/no-network-sandbox',
    'service/backend-pods-not-created',
    'endpoint/all-not-ready',
    'endpoint/some-not-ready',
    'node/network-unavailable',
  ],
  docs: {
    means: 'Pods on this node get no address, or their routes and policies are no longer kept up to date.',
    why: 'The agent crashes, its image cannot be pulled there, or it was evicted.',
    proof: 'The DaemonSet of the network plugin has no pod on the node, or its pod there is not Ready.',
    fix: 'Read the log of the agent on that node.',
    falseAlarmWhen:
      'Not applicable where no DaemonSet is known as a network plugin. Silent for virtual nodes, for nodes without ' +
      'pods of their own network, and during its rolling update (5 min). A warning while the node is Ready and its pods have addresses.',
  },
  check(node, network) {
    if (isVirtual(node)) return undefined
    const load = loadOf(node, network)
    if (load.guests.length === 0) return undefined
    for (const daemonSet of daemonSets(network, (name) => agentName.test(name))) {
      const agent = sickAgent(daemonSet, node, network, updateMs)
      if (agent === undefined) continue
      const ready = nodeCondition(node, 'Ready')
      const works = ready?.status === 'True' && !hasStuckPod(load, network)
      return {
        proof: 'proven',
        severity: works ? 'warning' : 'error',
        place: place.node(node.metadata.name),
        alsoAt: works ? [] : placesOf(load, network),
        summary: say`${referenceTo(node)} ${agent.words}`,
        detail: works
          ? word('Its pods still have their addresses; new pods, routes and policies may not follow.')
          : say`It is the network plugin: pods on this node get no working network.`,
        evidence: [...agent.evidence, ...readyEvidence(node)],
        advice: agentAdvice(agent),
      }
    }
    return undefined
  },
})

function hasStuckPod({ guests }: NodeLoad, network: Network): boolean {
  return guests.some(
    (pod) =>
      podAddresses(pod).length === 0 &&
      (network.inventory.ageMs(pod.metadata.creationTimestamp) ?? 0) > addressMs,
  )
}

function readyEvidence(node: Node) {
  const ready = nodeCondition(node, 'Ready')
  return ready === undefined ? [] : conditionEvidence(node, ready)
}
