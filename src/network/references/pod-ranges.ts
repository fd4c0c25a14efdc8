import type { Node } from '../../snapshot/kinds/node.ts'
import { inAnyRange, parseAddress, parseRange } from '../inventory/address.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'

/** The range of pod addresses that a node hands out. */
export interface PodRange {
  readonly node: string
  readonly cidr: string
}

const usedTable = memoTable<boolean>('references.podRangesInUse')

/**
 * The node whose pod range holds an address that a pod could have. `undefined` for addresses of the range that are
 * never a pod's (network, gateway, what CNIs keep for tunnels and health checks), and where the ranges in the nodes'
 * specs are not those that pods get their addresses from.
 */
export function podRangeOf(address: string, inventory: Inventory): PodRange | undefined {
  for (const node of inventory.list('Node').items) {
    const cidr = node.spec.podCIDRs.find((item) => inAnyRange(address, [item]))
    if (cidr === undefined) continue
    const isKept = isGateway(address, cidr) || isKeptByCni(address, node)
    return isKept || !areRangesUsed(inventory) ? undefined : { node: node.metadata.name, cidr }
  }
  return undefined
}

/** The first two addresses: the network's own and, in the usual CNIs, the bridge or tunnel of the node. */
function isGateway(address: string, cidr: string): boolean {
  const range = parseRange(cidr)
  const parsed = parseAddress(address)
  if (range === undefined || parsed === undefined) return false
  const size = BigInt(range.bits - range.prefix)
  return parsed.value - ((range.value >> size) << size) < 2n
}

/** Calico and Cilium write the addresses that they keep for themselves into annotations of the Node. */
function isKeptByCni(address: string, { metadata }: Node): boolean {
  return Object.entries(metadata.annotations).some(
    ([key, value]) =>
      /^(projectcalico\.org|network\.cilium\.io|.*flannel)/.test(key) && value.split('/')[0] === address,
  )
}

/** Whether any pod has an address of any node's range: with another IPAM the ranges in the specs mean nothing. */
function areRangesUsed(inventory: Inventory): boolean {
  return inventory.memo.get(usedTable, '', () => {
    const ranges = inventory.list('Node').items.flatMap(({ spec }) => spec.podCIDRs)
    const read = inventory.list('Pod')
    // What could not be read proves nothing against the ranges.
    if (read.gaps.length > 0) return true
    const pods = read.items.filter(({ spec }) => spec.hostNetwork !== true)
    return pods.some(({ status }) => status.podIPs.some(({ ip }) => inAnyRange(ip, ranges)))
  })
}
