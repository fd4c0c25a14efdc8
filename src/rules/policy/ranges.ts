import { type Address, parseAddress } from '../../network/inventory/address.ts'
import { memoTable } from '../../network/inventory/memo.ts'
import type { Network } from '../../network/network.ts'
import { type Block, inBlock, readBlock } from '../../network/policy/block.ts'
import { podRangeOf } from '../../network/references/pod-ranges.ts'

/** The addresses that a cluster hands out, as blocks. */
export interface ClusterRanges {
  readonly services: readonly NamedBlock[]
  /** The pod ranges of nodes, where pods have their addresses from them. */
  readonly pods: readonly NamedBlock[]
  /** Addresses of nodes. */
  readonly nodes: readonly Address[]
}

export interface NamedBlock {
  readonly cidr: string
  readonly block: Block
  /** The ServiceCIDR or the Node that has it. */
  readonly owner: string
}

const table = memoTable<ClusterRanges>('rules.policy.ranges')

/** What of the address plan was read; a part that was not read is empty. */
export function clusterRanges({ inventory }: Network): ClusterRanges {
  return inventory.memo.get(table, '', () => {
    const nodes = inventory.list('Node').items
    return {
      services: inventory
        .list('ServiceCIDR')
        .items.flatMap(({ metadata, spec }) => named(spec.cidrs, metadata.name)),
      pods: nodes
        .flatMap(({ metadata, spec }) => named(spec.podCIDRs, metadata.name))
        .filter(
          ({ block }) => podRangeOf(addressText(block.bits, block.first + 2n), inventory) !== undefined,
        ),
      nodes: nodes.flatMap(({ status }) =>
        status.addresses.flatMap(({ address }) => parseAddress(address) ?? []),
      ),
    }
  })
}

function named(cidrs: readonly string[], owner: string): readonly NamedBlock[] {
  return cidrs.flatMap((cidr) => {
    const read = readBlock(cidr)
    return read.is === 'block' ? [{ cidr, block: read.block, owner }] : []
  })
}

export function isInside(inner: Block, outer: Block): boolean {
  return inner.bits === outer.bits && inner.first >= outer.first && inner.last <= outer.last
}

export function overlaps(a: Block, b: Block): boolean {
  return a.bits === b.bits && a.first <= b.last && b.first <= a.last
}

/** The one address of a /32 or /128. */
export function singleAddress({ bits, first, last }: Block): string | undefined {
  return first === last ? addressText(bits, first) : undefined
}

/** Whether a block holds every address of its family. */
export function isEverything({ bits, first, last }: Block): boolean {
  return last - first === (1n << BigInt(bits)) - 1n
}

const privateNetworks = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']

/** Whether a block holds everything, or all of a private network: such a one is written for more than pods. */
export function isPrivateNetwork(block: Block): boolean {
  return privateNetworks.some((cidr) => {
    const read = readBlock(cidr)
    return read.is === 'block' && isInside(read.block, block)
  })
}

export function holdsAny(block: Block, addresses: readonly Address[]): boolean {
  return addresses.some((address) => inBlock(address, block))
}

/** A block in canonical CIDR notation. */
export function blockText({ bits, first, last }: Block): string {
  const hostBits = (last - first).toString(2).replace(/^0$/, '').length
  return `${addressText(bits, first)}/${bits - hostBits}`
}

/** An address as RFC 5952 writes it: lower case, the longest run of zeros left out. */
export function addressText(bits: 32 | 128, value: bigint): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - index * 16)) & 0xffffn).toString(16),
  )
  const runs = [
    ...groups
      .map((group) => (group === '0' ? '0' : '1'))
      .join('')
      .matchAll(/0{2,}/g),
  ]
  const [longest] = runs.sort((a, b) => b[0].length - a[0].length || a.index - b.index)
  if (longest === undefined) return groups.join(':')
  const end = longest.index + longest[0].length
  return `${groups.slice(0, longest.index).join(':')}::${groups.slice(end).join(':')}`
}
