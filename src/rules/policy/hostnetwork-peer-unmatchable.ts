import { parseAddress } from '../../network/inventory/address.ts'
import type { Network } from '../../network/network.ts'
import { inBlock } from '../../network/policy/block.ts'
import type { Policy } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text, word } from '../text.ts'
import { coversSubject } from './cover.ts'
import { workloadsOfPeer } from './matching.ts'
import { isRouted, neededBy, subjectsOf } from './needed-flows.ts'
import { showCommand } from './patches.ts'
import { type ListedPeer, type PodsPeer, peerKey, podsPeers, samePeers } from './peers.ts'
import { peerWords } from './selector-words.ts'

export default defineRule({
  id: 'policy/hostnetwork-peer-unmatchable',
  title: 'Peer that selects only pods on the network of their node',
  subject: 'NetworkPolicy',
  severity: 'warning',
  docs: {
    means:
      'Packets of a pod with `hostNetwork: true` carry the address of its node, and usually no selector matches them: the item ' +
      'admits nobody, but for pods on the same node, which the node always reaches.',
    why: 'An ingress controller, a monitoring agent or a node agent runs on the network of its node.',
    proof: 'Every workload that the item selects has `hostNetwork: true`.',
    fix: 'Admit the addresses of the nodes by `ipBlock`.',
    falseAlarmWhen:
      'The API leaves it to the network plugin, so it is likely, not proven. Silent where a block for the same pods holds all the nodes ' +
      'or a rule admits everybody, and a note where nothing shows that the pods talk to each other.',
  },
  check(policy, network) {
    if (network.policy.profile.policyOnHostNetworkPods === 'yes') return undefined
    return samePeers(podsPeers(policy), peerKey).flatMap((same) => checkPeer(policy, same, network) ?? [])
  },
})

function checkPeer(
  policy: Policy,
  same: readonly [ListedPeer<PodsPeer>, ...(readonly ListedPeer<PodsPeer>[])],
  network: Network,
): FindingDraft | undefined {
  const [{ peer, rule }] = same
  if (isEveryone(peer)) return undefined
  const workloads = workloadsOfPeer(peer, network).items
  if (workloads.length === 0 || !workloads.every(({ spec }) => spec.hostNetwork === true)) return undefined
  const addresses = nodeAddresses(workloads, network)
  if (areAdmitted(policy, rule.direction, addresses, network)) return undefined
  const { reference } = policy
  const subjects = subjectsOf(policy, network)
  const needed = neededBy(rule.direction, subjects, network)
  const isUsed =
    workloads.some(({ key }) => needed.has(key)) ||
    (rule.direction === 'ingress' && subjects.some((subject) => isRouted(subject, network)))
  return {
    proof: 'likely',
    severity: isUsed ? 'warning' : 'note',
    place: place.policyPart(reference, `${rule.direction} ${peerKey(peer)}`),
    summary: say`${reference} ${word(rule.direction === 'ingress' ? 'admits' : 'lets out to')} ${peerWords(peer)}, which run on the network of their node: usually no selector matches them`,
    detail: say`Their packets carry the addresses of nodes. ${listed(workloads.slice(0, 3).map((workload) => say`${workload.reference}`))} ${word(workloads.length === 1 ? 'has' : 'have')} hostNetwork: true.`,
    evidence: [
      ...same.map((item) => ({ reference, field: item.peer.path, value: peerKey(item.peer) })),
      ...workloads.slice(0, 3).map((workload) => ({
        reference: workload.reference,
        field: `${workload.specPath}.hostNetwork`,
        value: true,
      })),
    ],
    advice: [...blocks(addresses, rule.direction), showCommand(reference)],
  }
}

/** A peer that means everybody, or everybody of its own namespace, means no host-network pod in particular. */
function isEveryone({ namespaces, pods }: PodsPeer): boolean {
  return (
    pods.requirements.length === 0 && ('name' in namespaces || namespaces.selector.requirements.length === 0)
  )
}

/** Addresses of the nodes where the pods run; of all nodes where that is not known. */
function nodeAddresses(workloads: readonly Workload[], network: Network): readonly string[] {
  const names = new Set(workloads.flatMap(({ pods }) => pods.flatMap(({ spec }) => spec.nodeName ?? [])))
  const internal = (name: string | undefined): readonly string[] =>
    (name === undefined
      ? network.inventory.list('Node')
      : network.inventory.get('Node', '', name)
    ).items.flatMap(({ status }) =>
      status.addresses.flatMap(({ type, address }) => (type === 'InternalIP' ? [address] : [])),
    )
  return names.size === 0 ? internal(undefined) : [...names].sort().flatMap(internal)
}

/** Whether rules for the same pods admit everybody, or blocks that hold all these addresses. */
function areAdmitted(
  policy: Policy,
  direction: 'ingress' | 'egress',
  addresses: readonly string[],
  network: Network,
): boolean {
  const rules = network.policy
    .in(policy.object.metadata.namespace ?? '')
    .policies.filter(
      (other) => other.reference.name === policy.reference.name || coversSubject(other, policy),
    )
    .flatMap((other) => other.rules[direction] ?? [])
  if (rules.some(({ peers }) => peers === 'all')) return true
  const blocksThere = rules.flatMap(({ peers }) =>
    peers === 'all' ? [] : peers.filter((peer) => peer.is === 'block'),
  )
  const parsed = addresses.flatMap((address) => parseAddress(address) ?? [])
  // Which nodes there are is not known: a block that could hold them is taken to do so.
  if (parsed.length === 0) return blocksThere.length > 0
  return parsed.every((address) =>
    blocksThere.some(
      ({ block, except }) => inBlock(address, block) && !except.some((hole) => inBlock(address, hole.block)),
    ),
  )
}

function blocks(addresses: readonly string[], direction: 'ingress' | 'egress'): readonly Text[] {
  if (addresses.length === 0) return []
  const side = direction === 'ingress' ? 'from' : 'to'
  const shown = addresses
    .slice(0, 3)
    .map((address) => say`{ipBlock: {cidr: ${`${address}/${address.includes(':') ? 128 : 32}`}}}`)
  return [
    say`Add to the same ${word(side)}: ${listed(shown, 'and')}${word(addresses.length > 3 ? ', and so on for every node' : '')}. That admits whatever runs on these nodes.`,
  ]
}
