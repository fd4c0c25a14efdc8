import type { Node } from '../../snapshot/kinds/node.ts'
import { parseAddress, parseRange, RangeIndex } from '../inventory/address.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'

/** The range of pod addresses that a node hands out. */
export interface PodRange {
  readonly node: string
  readonly cidr: string
}

const rangesTable =
  memoTable<RangeIndex<{ readonly node: Node; readonly cidr: string }>>('references.podRanges')
const usedTable = memoTable<boolean>('references.podRangesInUse')

/**
 * The node whose pod range holds an address that a pod could have. `undefined` for addresses of the range that are
 * never a pod's (network, gateway, what CNIs keep for tunnels and health checks), and where the ranges in the nodes'
 * specs are not those that pods get their addresses from.
 */
export function podRangeOf(address: string, inventory: Inventory): PodRange | undefined {
  const parsed = parseAddress(address)
  const found = parsed === undefined ? undefined : rangesOf(inventory).find(parsed)
  if (found === undefined) return undefined
  const { node, cidr } = found
  const isKept = isGateway(address, cidr) || isKeptByCni(address, node)
  return isKept || !areRangesUsed(inventory) ? undefined : { node: node.metadata.name, cidr }
}

function rangesOf(inventory: Inventory): RangeIndex<{ readonly node: Node; readonly cidr: string }> {
  return inventory.memo.get(rangesTable, '', () => {
    const index = new RangeIndex<{ readonly node: Node; readonly cidr: string }>()
    for (const node of inventory.list('Node').items)
      for (const cidr of node.spec.podCIDRs) index.add(cidr, { node, cidr })
    return index
  })
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
    const ranges = rangesOf(inventory)
    const read = inventory.list('Pod')
    // What could not be read proves nothing against the ranges.
    if (read.gaps.length > 0) return true
    const pods = read.items.filter(({ spec }) => spec.hostNetwork !== true)
    return pods.some(({ status }) =>
      status.podIPs.some(({ ip }) => {
        const address = parseAddress(ip)
        return address !== undefined && ranges.find(address) !== undefined
      }),
    )
  })
}
