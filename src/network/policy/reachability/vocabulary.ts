import type { Block } from '../block.ts'
import { asKubeRouter } from '../kube-router.ts'
import type { Peer, Policy, PortEntry, Protocol } from '../model.ts'
import type { Policies } from '../policies.ts'
import { protocols } from '../problems.ts'
import type { Selector } from '../selector.ts'

/** Everything about pods, addresses and ports that any policy looks at: what differs in nothing of it is alike. */
export interface Vocabulary {
  /** Keys of pod labels. */
  readonly labelKeys: readonly string[]
  readonly portNames: ReadonlySet<string>
  readonly blocks: readonly Block[]
  /** First port of each range that policies treat alike, ascending from 1. Named ports cut too: see `cutAt`. */
  readonly portCuts: Readonly<Record<Protocol, ReadonlySet<number>>>
  /** Keys of node labels; absent when nodes are told apart from other addresses by nothing. */
  readonly nodeKeys?: ReadonlySet<string> | undefined
}

class Collector {
  readonly labelKeys = new Set<string>()
  readonly portNames = new Set<string>()
  readonly blocks = new Map<string, Block>()
  readonly portCuts: Record<Protocol, Set<number>> = {
    TCP: new Set([1]),
    UDP: new Set([1]),
    SCTP: new Set([1]),
  }
  nodeKeys: Set<string> | undefined

  policy(policy: Policy): void {
    this.#keys(policy.subject.pods, this.labelKeys)
    for (const rules of [policy.rules.egress, policy.rules.ingress])
      for (const { peers, ports } of rules ?? []) {
        if (peers !== 'all') for (const peer of peers) this.#peer(peer)
        if (ports !== 'all') for (const entry of ports) this.#port(entry)
      }
  }

  /** kube-router gives names in egress numbers that are on no pod of these worlds, but in a workload's template. */
  kubeRouterNumbers({ rules }: Policy, policies: Policies): void {
    for (const rule of rules.egress ?? [])
      for (const text of asKubeRouter(rule, undefined, policies)?.numbers ?? []) {
        const [protocol, number] = text.split('/')
        const known = protocols.find((name) => name === protocol)
        if (known !== undefined)
          for (const cut of [Number(number), Number(number) + 1])
            if (cut <= 65535) this.portCuts[known].add(cut)
      }
  }

  #keys(selector: Selector, keys: Set<string>): void {
    for (const { key } of selector.requirements) keys.add(key)
  }

  #peer(peer: Peer): void {
    if (peer.is === 'pods') this.#keys(peer.pods, this.labelKeys)
    if (peer.is === 'block') for (const { block } of [peer, ...peer.except]) this.#block(block)
    if (peer.is === 'nodes') {
      this.nodeKeys ??= new Set()
      this.#keys(peer.nodes, this.nodeKeys)
    }
  }

  #block(block: Block): void {
    this.blocks.set(blockKey(block), block)
  }

  #port(entry: PortEntry): void {
    if (entry.is === 'name') this.portNames.add(entry.name)
    if (entry.is !== 'numbers') return
    const cuts = this.portCuts[entry.protocol]
    // Where endPort is not honoured, the first port alone is open.
    const ends = [entry.from, entry.to + 1, ...(entry.isEndPort ? [entry.from + 1] : [])]
    for (const port of ends) if (port <= 65535) cuts.add(port)
  }
}

export function blockKey({ bits, first, last }: Block): string {
  return `${bits}:${first}-${last}`
}

/** What the policies of some worlds look at. */
export function vocabularyOf(worlds: readonly Policies[]): Vocabulary {
  const collector = new Collector()
  const seen = new Set<Policy>()
  for (const policies of worlds) {
    if (!policies.profile.cidrMatchesNodes) collector.nodeKeys ??= new Set()
    const namespaces = policies.inventory.namespacesOf('NetworkPolicy')
    for (const policy of [
      ...namespaces.flatMap((name) => policies.in(name).policies),
      ...policies.cluster().all,
    ]) {
      if (policies.profile.rulesAre !== 'as-written') collector.kubeRouterNumbers(policy, policies)
      if (seen.has(policy)) continue
      seen.add(policy)
      collector.policy(policy)
    }
  }
  const { labelKeys, portNames, blocks, portCuts, nodeKeys } = collector
  return { labelKeys: [...labelKeys].sort(), portNames, blocks: [...blocks.values()], portCuts, nodeKeys }
}

/** Ports of one protocol between which no policy tells any destination apart. */
export interface PortAtom {
  readonly protocol: Protocol
  readonly from: number
  readonly to: number
}

/**
 * Cuts the ports of every protocol.
 *
 * @param named numbers that a named port stands for on some pod
 */
export function portAtoms(
  { portCuts }: Vocabulary,
  named: Readonly<Record<Protocol, ReadonlySet<number>>>,
): readonly PortAtom[] {
  return protocols.flatMap((protocol) => {
    const cuts = new Set(portCuts[protocol])
    for (const port of named[protocol])
      for (const cut of [port, port + 1]) if (cut >= 1 && cut <= 65535) cuts.add(cut)
    const sorted = [...cuts].sort((a, b) => a - b)
    return sorted.map((from, index) => ({ protocol, from, to: (sorted[index + 1] ?? 65536) - 1 }))
  })
}
