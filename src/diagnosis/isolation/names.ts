import { reachesUsualDns } from '../../network/flows/assumed-dns.ts'
import { type Lookup, lookupsOf } from '../../network/flows/lookups.ts'
import type { Network } from '../../network/network.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { Gap, ObjectReference } from '../../snapshot/snapshot.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Path } from '../../trace/path.ts'
import { walk } from '../../trace/walk.ts'

export type Reached = 'passes' | 'fails' | 'partly' | 'unknown'

/** Whether the policies let a workload ask its nameservers. */
export interface NameResolution {
  readonly udp: Reached
  readonly tcp: Reached
  /** What it asks first: the DNS Service, a cache on the node, its node's own servers, or another address. */
  readonly asks:
    | { readonly is: 'service'; readonly reference: ObjectReference }
    | { readonly is: 'cache' | 'custom'; readonly address: string }
    | { readonly is: 'node' }
    | { readonly is: 'not-known' }
  /** The DNS Service was not read: judged is the usual one. */
  readonly isAssumed: boolean
  readonly gaps: readonly Gap[]
}

/** Walks a lookup over UDP and one over TCP, to the pods that really serve DNS, as far as policies go. */
export function nameResolution(workload: Workload, network: Network): NameResolution {
  const client = { kind: 'workload', workload } as const
  const over = (protocol: 'UDP' | 'TCP'): Reached => {
    const { items, hidden, gaps } = lookupsOf(client, network.inventory, protocol)
    if (items.length + hidden === 0 && gaps.length > 0)
      return reachesUsualDns(client, protocol, network) ? 'passes' : 'unknown'
    const reached = items.map((lookup) => reach(lookup, network))
    // A resolver asks the next server when one is silent.
    if (reached.includes('passes')) return 'passes'
    if (reached.length === 0 || hidden > 0) return 'unknown'
    return reached.every((item) => item === 'fails')
      ? 'fails'
      : reached.includes('partly')
        ? 'partly'
        : 'unknown'
  }
  const { items, hidden, gaps } = lookupsOf(client, network.inventory)
  const isAssumed = items.length + hidden === 0 && gaps.length > 0
  return { udp: over('UDP'), tcp: over('TCP'), asks: asked(items[0], hidden), isAssumed, gaps }
}

function asked(lookup: Lookup | undefined, hidden: number): NameResolution['asks'] {
  if (lookup === undefined) return { is: hidden > 0 ? 'node' : 'not-known' }
  const { kind, service, address = '' } = lookup.nameserver
  if (kind === 'cluster' && service !== undefined) return { is: 'service', reference: referenceTo(service) }
  return { is: kind === 'node-local' ? 'cache' : 'custom', address }
}

function reach({ connection, instead }: Lookup, network: Network): Reached {
  const own = reachOf(walk(connection, network))
  if (instead === undefined) return own
  // Which of the two the kubelet has told the pods is in no object.
  return reachOf(walk(instead, network)) === own ? own : 'unknown'
}

/** The policy hops of a way alone: what else may be wrong with the server is another question. */
function reachOf({ hops }: Path): Reached {
  const branches = hops.find((hop) => hop.branches !== undefined)?.branches
  const ways = (branches ?? [{ hops }]).map((way) =>
    way.hops
      .filter(({ kind }) => kind === 'egress' || kind === 'ingress')
      .map(({ verdict }) => verdict.outcome),
  )
  const outcomes = ways.map((outcomes): Reached => {
    for (const outcome of ['fails', 'partly', 'unknown'] as const)
      if (outcomes.includes(outcome)) return outcome
    return outcomes.includes('passes') ? 'passes' : 'unknown'
  })
  const [first = 'unknown'] = outcomes
  if (outcomes.every((outcome) => outcome === first)) return first
  return outcomes.includes('unknown') && !outcomes.includes('fails') ? 'unknown' : 'partly'
}
