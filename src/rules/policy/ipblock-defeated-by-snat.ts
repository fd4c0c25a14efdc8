import type { Network } from '../../network/network.ts'
import type { Policy, Rule } from '../../network/policy/model.ts'
import { isReachableFromOutside } from '../../network/services/service-facts.ts'
import { place } from '../../network/traffic/place.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { coversSubject } from './cover.ts'
import { subjectsOf } from './needed-flows.ts'
import { type BlockPeer, rulesOf } from './peers.ts'
import { blockText, clusterRanges, holdsAny, isEverything, overlaps } from './ranges.ts'

export default defineRule({
  id: 'policy/ipblock-defeated-by-snat',
  title: 'Addresses of outside clients that the pods never see',
  subject: 'NetworkPolicy',
  severity: 'warning',
  docs: {
    means:
      'With `externalTrafficPolicy: Cluster` the node that takes a connection puts its own address into the packets. The ' +
      'policy compares that with the block, and clients from the block are dropped.',
    why: 'The policy was written like the rules of a firewall in front of the cluster.',
    proof:
      'An ingress `ipBlock` outside of the cluster’s ranges for pods behind a NodePort or LoadBalancer Service with ' +
      '`externalTrafficPolicy: Cluster`, and no rule for these pods that admits the nodes.',
    fix: 'Set `externalTrafficPolicy: Local`, which keeps the address of the client, or filter in front of the cluster (`loadBalancerSourceRanges`).',
    falseAlarmWhen:
      'Some load balancers and network plugins keep the address of the client, so it is likely, not proven. Silent with ' +
      'externalTrafficPolicy Local, and where a block holds the nodes, or a rule admits everybody.',
  },
  check(policy, network) {
    const blocks = (policy.rules.ingress ?? []).flatMap((rule) =>
      rule.peers === 'all' ? [] : rule.peers.filter((peer) => peer.is === 'block'),
    )
    const outside = blocks.filter((peer) => isOutside(peer, network))
    const [first] = outside
    if (first === undefined || admitsNodes(policy, network)) return undefined
    const services = exposed(policy, network)
    const [service] = services
    return service === undefined ? undefined : finding(policy, first, outside, service, services.length)
  },
})

function isOutside({ block }: BlockPeer, network: Network): boolean {
  const { nodes, pods, services } = clusterRanges(network)
  return (
    !isEverything(block) &&
    !holdsAny(block, nodes) &&
    ![...pods, ...services].some((range) => overlaps(range.block, block))
  )
}

/** Whether a rule for the same pods admits all or any of the nodes; not known without nodes, and then silent. */
function admitsNodes(policy: Policy, network: Network): boolean {
  const { nodes } = clusterRanges(network)
  if (nodes.length === 0) return true
  const rules: readonly Rule[] = network.policy
    .in(policy.object.metadata.namespace ?? '')
    .policies.filter(
      (other) => other.reference.name === policy.reference.name || coversSubject(other, policy),
    )
    .flatMap(rulesOf)
    .filter(({ direction }) => direction === 'ingress')
  return rules.some(
    ({ peers }) =>
      peers === 'all' || peers.some((peer) => peer.is === 'block' && holdsAny(peer.block, nodes)),
  )
}

/** Services that let the outside in to the policy's pods, and hide who comes. */
function exposed(policy: Policy, network: Network): readonly Service[] {
  const found = subjectsOf(policy, network).flatMap((workload) => network.services.selecting(workload).items)
  return [...new Set(found)]
    .filter(isReachableFromOutside)
    .filter(({ spec }) => (spec.externalTrafficPolicy ?? 'Cluster') === 'Cluster')
}

function finding(
  policy: Policy,
  first: BlockPeer,
  outside: readonly BlockPeer[],
  service: Service,
  count: number,
): FindingDraft {
  const { reference } = policy
  const seen = referenceTo(service)
  const others = count > 1 ? say` and ${word(String(count - 1))} more` : []
  return {
    proof: 'likely',
    place: place.policyPart(reference, `ingress outside ${blockText(first.block)}`),
    summary: say`${reference} admits ${first.cidr}, and through ${seen}${others} its pods see the address of a node instead`,
    detail: say`externalTrafficPolicy is Cluster: the node that takes the connection puts its own address in.`,
    evidence: [
      ...outside.map(({ path, cidr }) => ({ reference, field: `${path}.cidr`, value: cidr })),
      {
        reference: seen,
        field: 'spec.externalTrafficPolicy',
        value: service.spec.externalTrafficPolicy,
      },
    ],
    advice: [
      say`Keep the address of the client: kubectl -n ${seen.namespace ?? ''} patch service ${seen.name} -p '${'{"spec":{"externalTrafficPolicy":"Local"}}'}'`,
      say`Then only nodes with a ready pod answer. Or filter in front of the cluster: loadBalancerSourceRanges.`,
    ],
    confirm: say`kubectl -n ${seen.namespace ?? ''} get service ${seen.name} -o jsonpath='{.spec.externalTrafficPolicy}'`,
  }
}
