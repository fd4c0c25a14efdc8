import { inRange, parseAddress, parseRange } from '../../network/inventory/address.ts'
import type { Network } from '../../network/network.ts'
import { podRangeOf } from '../../network/references/pod-ranges.ts'
import { say } from '../../rules/text.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { FlowEnd } from '../flow/ends.ts'
import type { FlowAnswer } from '../flow/judge.ts'

/** Where pods get their addresses from when nothing else is known: private ones, shared ones, unique local ones. */
const privateRanges = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7'].flatMap(
  (cidr) => parseRange(cidr) ?? [],
)

/**
 * Parts of the cluster that were not read and may hold the pod which has this address; empty where somebody has it, where
 * all pods were read, and for addresses that are no pod's.
 */
export function unreadOwners(end: FlowEnd, { inventory }: Network): readonly Gap[] {
  if (end.kind !== 'address') return []
  const { address } = end
  const gaps = inventory.gaps('Pod')
  const parsed = parseAddress(address)
  if (gaps.length === 0 || parsed === undefined) return []
  const owner = inventory.byAddress(address).items.length > 0
  if (owner) return []
  const isKnown = inventory.gaps('Node').length === 0 && isRangeInUse(inventory)
  if (isKnown) return podRangeOf(address, inventory) === undefined ? [] : gaps
  return privateRanges.some((range) => inRange(parsed, range)) ? gaps : []
}

/** Whether pods have addresses of the ranges in the specs of nodes. */
function isRangeInUse(inventory: Network['inventory']): boolean {
  return inventory
    .list('Pod')
    .items.some(({ status }) =>
      status.podIPs.some(({ ip }) => ip !== undefined && podRangeOf(ip, inventory) !== undefined),
    )
}

/** The answer about an address that may be that of a pod which was not read: what its policies say is not known. */
export function asUnknown(answer: FlowAnswer, end: FlowEnd, gaps: readonly Gap[]): FlowAnswer {
  if (gaps.length === 0 || end.kind !== 'address') return answer
  return {
    ...answer,
    outcome: 'unknown',
    ports: answer.ports.map((port) => ({
      ...port,
      outcome: 'unknown' as const,
      targets: port.targets.map(({ target }) => ({ target, outcome: 'unknown' as const })),
    })),
    reasons: [],
    notes: [
      ...answer.notes,
      say`nobody that was read has ${end.address}, and not all pods were read: it may be a pod's, with policies of its own`,
    ],
    gaps: [...answer.gaps, ...gaps],
  }
}
