import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { isFinished, isHostNetwork } from '../../network/policy/endpoint.ts'
import type { Policy } from '../../network/policy/model.ts'
import { podRangeOf } from '../../network/references/pod-ranges.ts'
import { place } from '../../network/traffic/place.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text } from '../text.ts'
import { showCommand } from './patches.ts'
import { type BlockPeer, blockPeers, type ListedPeer, samePeers } from './peers.ts'
import { blockText, singleAddress } from './ranges.ts'

export default defineRule({
  id: 'policy/ipblock-pins-pod-ip',
  title: 'ipBlock that is the address of one pod',
  subject: 'NetworkPolicy',
  severity: 'warning',
  over: ['policy/ipblock-targets-pod-range'],
  docs: {
    means:
      'The rule works until the pod is replaced. Then its successor is refused, and whoever gets the address next is admitted.',
    why: 'The address of a pod was copied from `kubectl get pods -o wide` while looking for a fault.',
    proof: 'A /32 or /128 that a pod has now, or that lies in the pod range of a node and that nobody has.',
    fix: 'Select the pod by its labels.',
    falseAlarmWhen:
      'Addresses of nodes, of host-network pods, of the outside world and of the metadata service are no pods. Silent for pods ' +
      'whose address is reserved by an annotation of the network plugin.',
  },
  check(policy, network) {
    return samePeers(blockPeers(policy), ({ block }) => blockText(block)).flatMap(
      (same) => checkBlock(policy, same, network) ?? [],
    )
  },
})

/** Annotations by which plugins give a pod an address that stays. */
const reserved =
  /^(cni\.projectcalico\.org\/ip|ovn\.kubernetes\.io\/ip_address|k8s\.ovn\.org\/|ipam\.antrea\.io\/|ipam\.cilium\.io\/)/

function isReserved({ metadata }: Pod): boolean {
  return Object.keys(metadata.annotations).some((key) => reserved.test(key))
}

function checkBlock(
  policy: Policy,
  same: readonly [ListedPeer<BlockPeer>, ...(readonly ListedPeer<BlockPeer>[])],
  network: Network,
): FindingDraft | undefined {
  const [{ peer, rule }] = same
  const address = singleAddress(peer.block)
  if (address === undefined) return undefined
  const owners = network.inventory.byAddress(address)
  if (owners.items.some(({ kind }) => kind === 'Node' || kind === 'Service')) return undefined
  const pods = owners.items.filter((item): item is Pod => item.kind === 'Pod')
  const finished = pods.filter(isFinished)
  const [pod] = pods.filter((item) => !isFinished(item))
  if (pods.some((item) => isHostNetwork(item))) return undefined
  const { reference } = policy
  const common = {
    proof: 'proven',
    place: place.policyPart(reference, `${rule.direction} block ${blockText(peer.block)}`),
    evidence: same.map((item) => ({ reference, field: `${item.peer.path}.cidr`, value: item.peer.cidr })),
  } as const
  if (pod !== undefined)
    return isReserved(pod) ? undefined : { ...common, ...ofPod(reference, peer.cidr, pod, network) }
  const range = podRangeOf(address, network.inventory)
  if (range === undefined) return undefined
  whole(owners)
  return {
    ...common,
    summary: say`${reference} lists ${peer.cidr}, an address of Node ${range.node}’s pod range that no pod has now`,
    detail:
      finished.length === 0
        ? say`Pods get new addresses whenever they are replaced.`
        : say`Only ${listed(finished.slice(0, 3).map((item) => say`${referenceTo(item)}`))}, which has finished, still shows it: the next pod may get it.`,
    advice: [say`Select the pods that are meant by their labels.`, showCommand(reference)],
  }
}

function ofPod(
  reference: ObjectReference,
  cidr: string,
  pod: Pod,
  network: Network,
): Pick<FindingDraft, 'summary' | 'detail' | 'advice'> {
  const workload = network.workloads.ofPod(pod)
  const owner = workload === undefined || workload.reference.kind === 'Pod' ? undefined : workload.reference
  const labels: readonly Text[] = Object.entries(workload?.labels ?? pod.metadata.labels).map(
    ([key, value]) => say`${key}: ${value}`,
  )
  return {
    summary:
      owner === undefined
        ? say`${reference} lists ${cidr}, the address that ${referenceTo(pod)} has until it is replaced`
        : say`${reference} lists ${cidr}, the address that a pod of ${owner} has until it is replaced`,
    detail: say`Then its successor is not admitted, and whoever gets the address next is.`,
    advice: [
      labels.length === 0
        ? say`Give the pod a label and select it by that.`
        : say`Select it instead: podSelector ${listed(labels.slice(0, 2))} in namespace ${pod.metadata.namespace ?? ''}.`,
      showCommand(reference),
    ],
  }
}
