import { isAddressOfCache } from '../../network/dns/resolver.ts'
import { parseAddress } from '../../network/inventory/address.ts'
import type { Network } from '../../network/network.ts'
import { inBlock } from '../../network/policy/block.ts'
import type { Policy } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text, word } from '../text.ts'
import { workloadsOfPeer } from './matching.ts'
import { showCommand } from './patches.ts'
import { type BlockPeer, blockPeers, type ListedPeer, samePeers } from './peers.ts'
import { blockText, clusterRanges, isInside, singleAddress } from './ranges.ts'

export default defineRule({
  id: 'policy/ipblock-targets-service-range',
  title: 'ipBlock written for the address of a Service',
  subject: 'NetworkPolicy',
  severity: 'warning',
  docs: {
    means:
      'The rule admits nobody with most network plugins: the address of the Service is translated first, and the policy ' +
      'sees the addresses of pods. No packet comes from such an address either.',
    why: 'A cluster IP was copied into the policy, as one does with a firewall in front of machines.',
    proof: '`ipBlock.cidr` lies inside a ServiceCIDR, or is the cluster IP of a Service.',
    fix: 'Select the pods behind the Service, and name their port, not the Service port.',
    falseAlarmWhen:
      'The API leaves the order of translation and policy to the plugin, so it is likely, not proven. Silent where the same ' +
      'rule selects the pods behind the Service as well, for blocks that reach beyond the range, and for an address that a DNS ' +
      'cache on the nodes has taken.',
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
  const address = singleAddress(peer.block)
  const range = clusterRanges(network).services.find(({ block }) => isInside(peer.block, block))
  const services =
    address === undefined
      ? []
      : network.inventory.byAddress(address).items.filter((item): item is Service => item.kind === 'Service')
  const service = services.find(({ spec }) => [spec.clusterIP, ...(spec.clusterIPs ?? [])].includes(address))
  if (range === undefined && service === undefined) return undefined
  // A DNS cache has taken this address on every node: then it is what packets go to.
  if (address !== undefined && isAddressOfCache(address, network.inventory)) return undefined
  if (same.every((item) => selectsBackends(item, service, network))) return undefined
  const { reference } = policy
  return {
    proof: 'likely',
    place: place.policyPart(reference, `${rule.direction} block ${blockText(peer.block)}`),
    summary:
      service === undefined
        ? say`${reference} lists ${peer.cidr}, addresses of Services: policies see the addresses of pods`
        : say`${reference} lists ${peer.cidr}, the address of ${referenceTo(service)}: policies see the addresses of its pods`,
    detail:
      rule.direction === 'ingress'
        ? say`No packet comes from the address of a Service.`
        : say`With most network plugins the address is translated before policies apply, and the rule admits nobody.`,
    evidence: [
      ...same.map((item) => ({ reference, field: `${item.peer.path}.cidr`, value: item.peer.cidr })),
      ...(range === undefined
        ? []
        : [
            {
              reference: {
                apiVersion: 'networking.k8s.io/v1',
                kind: 'ServiceCIDR',
                name: range.owner,
              },
              field: 'spec.cidrs',
              value: range.cidr,
            },
          ]),
    ],
    advice: [...instead(service, network), showCommand(reference)],
  }
}

/** Whether the rule admits the pods behind the Service by a selector too. */
function selectsBackends(
  { rule }: ListedPeer<BlockPeer>,
  service: Service | undefined,
  network: Network,
): boolean {
  if (rule.peers === 'all') return true
  const selectors = rule.peers.filter((peer) => peer.is === 'pods')
  if (service === undefined) return selectors.length > 0
  const backends = network.services.backends(service).items.map(({ key }) => key)
  const admitted = new Set(
    selectors.flatMap((peer) => workloadsOfPeer(peer, network).items.map(({ key }) => key)),
  )
  if (backends.length > 0) return backends.every((key) => admitted.has(key))
  // Endpoints without selector: another block may hold them.
  const endpoints = network.services
    .endpoints(service)
    .items.flatMap((endpoint) => parseAddress(endpoint.address) ?? [])
  const blocks = rule.peers.filter((peer) => peer.is === 'block')
  return (
    endpoints.length > 0 && endpoints.every((address) => blocks.some(({ block }) => inBlock(address, block)))
  )
}

function instead(service: Service | undefined, network: Network): readonly Text[] {
  if (service === undefined)
    return [say`Select the pods behind the Services by podSelector, with their own port.`]
  const pairs = Object.entries(service.spec.selector ?? {})
  const ports = [
    ...new Set(network.services.endpoints(service).items.flatMap(({ targetPort }) => targetPort ?? [])),
  ]
  const port = ports.length === 0 ? [] : say`, and pod port ${word(ports.join(' or '))}`
  if (pairs.length === 0) return [say`It has no selector: list the addresses of its endpoints${port}.`]
  return [
    say`Select its pods instead: podSelector ${listed(pairs.map(([key, value]) => say`${key}: ${value}`))} in namespace ${service.metadata.namespace ?? ''}${port}.`,
  ]
}
