import type { Network } from '../../network/network.ts'
import type { Policy } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { showCommand } from './patches.ts'
import { type BlockPeer, blockPeers, type ListedPeer, samePeers } from './peers.ts'
import {
  blockText,
  clusterRanges,
  holdsAny,
  isInside,
  isPrivateNetwork,
  overlaps,
  singleAddress,
} from './ranges.ts'

export default defineRule({
  id: 'policy/ipblock-targets-pod-range',
  title: 'ipBlock written for pods',
  subject: 'NetworkPolicy',
  severity: 'warning',
  docs: {
    means:
      'Whether the rule admits pods depends on the network plugin: Cilium compares pods with selectors only, never with ' +
      'addresses, so that the rule admits nobody there.',
    why: 'The pod range was taken for “everything in the cluster”.',
    proof:
      '`ipBlock.cidr` holds the pod range of a node, and no node or Service; the plugin is recognised by its DaemonSet.',
    fix: 'Select pods: `namespaceSelector: {}` is every pod of the cluster.',
    falseAlarmWhen:
      'Silent where the plugin is one that compares pods with addresses, for blocks that hold nodes, Services or a whole ' +
      'private network too, where `except` takes the pods out, and where the same rule selects every pod. A note where the plugin is not known.',
  },
  check(policy, network) {
    return samePeers(blockPeers(policy), ({ block }) => blockText(block)).flatMap(
      (same) => checkBlock(policy, same, network) ?? [],
    )
  },
})

function checkBlock(
  policy: Policy,
  same: readonly [ListedPeer<BlockPeer>, ...(readonly ListedPeer<BlockPeer>[])],
  network: Network,
): FindingDraft | undefined {
  const [{ peer, rule }] = same
  const { block } = peer
  if (isPrivateNetwork(block) || singleAddress(block) !== undefined) return undefined
  const { pods, nodes, services } = clusterRanges(network)
  const range = pods.find((item) => overlaps(item.block, block))
  const isWider = holdsAny(block, nodes) || services.some((item) => overlaps(item.block, block))
  if (range === undefined || isWider || peer.except.some((hole) => isInside(range.block, hole.block)))
    return undefined
  const { agent, profile } = network.policy.cni()
  if (agent !== undefined && profile.cidrMatchesPods) return undefined
  if (same.every((item) => selectsEveryPod(item))) return undefined
  const { reference } = policy
  return {
    proof: 'likely',
    severity: agent === undefined ? 'note' : 'warning',
    place: place.policyPart(reference, `${rule.direction} block ${blockText(block)}`),
    summary:
      agent === undefined
        ? say`${reference} lists ${peer.cidr}, addresses of pods: not every network plugin compares pods with addresses`
        : say`${reference} lists ${peer.cidr}, addresses of pods: ${profile.name} matches pods by selectors only`,
    detail:
      agent === undefined
        ? say`The API says that ipBlock is for addresses outside the cluster.`
        : say`The plugin is taken for ${profile.name} by DaemonSet ${agent}. Pods are not admitted by this item.`,
    evidence: [
      ...same.map((item) => ({ reference, field: `${item.peer.path}.cidr`, value: item.peer.cidr })),
      {
        reference: { apiVersion: 'v1', kind: 'Node', name: range.owner },
        field: 'spec.podCIDRs',
        value: range.cidr,
      },
    ],
    advice: [say`For every pod of the cluster write namespaceSelector: {} instead.`, showCommand(reference)],
  }
}

function selectsEveryPod({ rule }: ListedPeer<BlockPeer>): boolean {
  if (rule.peers === 'all') return true
  return rule.peers.some(
    (peer) =>
      peer.is === 'pods' &&
      peer.pods.requirements.length === 0 &&
      'selector' in peer.namespaces &&
      peer.namespaces.selector.requirements.length === 0,
  )
}
