import type { Gap } from '../../snapshot/snapshot.ts'
import { type Block, inBlock } from './block.ts'
import { both, either, type KubeRouterDoubtId, type Match, no, yes } from './doubt.ts'
import type { Party } from './endpoint.ts'
import { matchPeer, matchPorts, matchRule, type Target } from './match.ts'
import type { Peer, Rule } from './model.ts'
import type { Policies } from './policies.ts'
import { nobodysPorts, ownNumbers } from './port-names.ts'

/**
 * How kube-router carries out a rule. It makes sets of addresses and packet filter rules of it, and some of what the
 * rule says is lost on the way:
 *
 * - Names of ports are looked up first. Of a rule with pods as peers of whose ports nothing is left, all ports are
 *   opened; in egress, blocks get no named ports, and a rule without peers gets the numbers that the pods of the
 *   policy's own namespace give the name.
 * - The blocks of a rule are one set, in which what `except` takes out is an entry like any other: the longest prefix
 *   wins, of equal ones the last. With nftables an excepted address is always out.
 *
 * Source: kube-router v1.6.1 to v2.11.1, pkg/controllers/netpol (policy.go, npc_nftables.go); Linux,
 * net/netfilter/ipset/ip_set_hash_gen.h.
 */
export interface KubeRouterReading {
  readonly match: Match
  /** Set where the rule has a shape that is not carried out as the API says. */
  readonly because?: KubeRouterDoubtId | undefined
  /** What the reading rests on and was not read. */
  readonly gaps?: readonly Gap[] | undefined
}

type BlockPeer = Extract<Peer, { is: 'block' }>

/** A rule taken apart as kube-router does it; `undefined` for one that it carries out as written. */
export interface KubeRouterRule {
  /** Peers that are pods, and such that admit nobody. */
  readonly pods: readonly Peer[]
  readonly blocks: readonly BlockPeer[]
  /** Every port is opened to the pods, as far as pods were read. */
  readonly opensPods: boolean
  readonly gaps: readonly Gap[]
  /** Named ports are not opened to the blocks. */
  readonly dropsNames: boolean
  /** The exceptions of a block may be taken out of another one. */
  readonly sharesExceptions: boolean
  /** No peers are listed, and names stand for these numbers, by `PROTOCOL/NUMBER`. */
  readonly numbers?: ReadonlySet<string> | undefined
}

/** @param destination the pod that is dialled, which may be one that nobody has made yet */
export function asKubeRouter(
  rule: Rule,
  destination: Party | undefined,
  policies: Policies,
): KubeRouterRule | undefined {
  const { peers, ports, direction, policy, doubt } = rule
  if (policy.tier !== 'network-policy' || doubt !== undefined) return undefined
  const names = ports === 'all' ? [] : ports.filter((entry) => entry.is === 'name')
  if (peers === 'all') {
    if (direction === 'ingress' || names.length === 0) return undefined
    const numbers = ownNumbers(rule, names, policies)
    return { ...plain, numbers }
  }
  const blocks = peers.filter((peer) => peer.is === 'block')
  const pods = peers.filter((peer) => peer.is !== 'block')
  const isNamesOnly = ports !== 'all' && names.length === ports.length && pods.some(({ is }) => is === 'pods')
  const { isNobodys, gaps } = isNamesOnly
    ? nobodysPorts(rule, names, destination, policies)
    : { isNobodys: false, gaps: [] }
  const read: KubeRouterRule = {
    pods,
    blocks,
    opensPods: isNobodys,
    gaps,
    dropsNames: direction === 'egress' && names.length > 0 && blocks.length > 0,
    sharesExceptions: blocks.length > 1 && blocks.some(({ except }) => except.length > 0),
  }
  return read.opensPods || read.dropsNames || read.sharesExceptions ? read : undefined
}

const plain = { pods: [], blocks: [], opensPods: false, gaps: [], dropsNames: false, sharesExceptions: false }

/** Whether one rule lets a packet through, as kube-router carries it out. Not for ICMP. */
export function matchAsKubeRouter(
  rule: Rule,
  peer: Party,
  target: Target,
  policies: Policies,
): KubeRouterReading {
  const read = asKubeRouter(rule, target.destination, policies)
  if (read === undefined) return { match: matchRule(rule, peer, target, policies) }
  const { numbers } = read
  if (numbers !== undefined) {
    const match = portsWith(rule, numbers, target, policies)
    return { match, because: 'kube-router-port-name-without-to' }
  }
  const ports = matchPorts(rule, target, policies)
  const pods = both(
    either(read.pods.map((item) => matchPeer(item, peer, rule, policies))),
    read.opensPods ? yes : ports,
  )
  const inSet = matchBlocks(read, peer, rule, policies)
  const blocks = both(inSet, read.dropsNames ? matchPorts(withoutNames(rule), target, policies) : ports)
  const because =
    read.opensPods && pods.is !== 'no'
      ? 'kube-router-port-name-of-nobody'
      : read.dropsNames && inSet.is !== 'no'
        ? 'kube-router-port-name-beside-block'
        : read.sharesExceptions
          ? 'kube-router-except'
          : undefined
  return { match: either([pods, blocks]), because, gaps: read.gaps }
}

/** The rule without its named ports. It may have none left: then it opens nothing. */
export function withoutNames(rule: Rule): Rule {
  const { ports } = rule
  return ports === 'all' ? rule : { ...rule, ports: ports.filter(({ is }) => is !== 'name') }
}

function portsWith(rule: Rule, numbers: ReadonlySet<string>, target: Target, policies: Policies): Match {
  if (numbers.has(`${target.protocol}/${target.port}`)) return yes
  return matchPorts(withoutNames(rule), target, policies)
}

/** Whether an address is in the one set that the blocks of a rule make. */
export function matchBlocks(
  { blocks, sharesExceptions }: KubeRouterRule,
  peer: Party,
  rule: Rule,
  policies: Policies,
): Match {
  const { address } = peer
  if (!sharesExceptions || address === undefined)
    return either(blocks.map((block) => matchPeer(block, peer, rule, policies)))
  if (policies.profile.rulesAre === 'as-kube-router-with-nftables') {
    const isExcepted = blocks.some(({ except }) => except.some(({ block }) => inBlock(address, block)))
    return isExcepted ? no : either(blocks.map((block) => matchPeer(block, peer, rule, policies)))
  }
  let winner: BlockPeer | undefined
  let size: bigint | undefined
  for (const item of blocks) {
    const entries = [
      { block: item.block, admits: item },
      ...item.except.map(({ block }) => ({ block, admits: undefined })),
    ]
    for (const { block, admits } of entries) {
      if (!inBlock(address, block) || (size !== undefined && sizeOf(block) > size)) continue
      winner = admits
      size = sizeOf(block)
    }
  }
  return winner === undefined ? no : matchPeer(winner, peer, rule, policies)
}

/** How many addresses an entry has. A block of all addresses is entered as its two halves. */
function sizeOf({ bits, first, last }: Block): bigint {
  const size = last - first + 1n
  return size === 1n << BigInt(bits) ? size / 2n : size
}
