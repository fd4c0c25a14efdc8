import type { Network } from '../../network/network.ts'
import type { Policies } from '../../network/policy/policies.ts'
import type { FlowAnswer, JudgedGroup } from './judge.ts'
import { type FlowRemedy, type NoRemedy, remedyOf } from './remedy.ts'

/** Finding out about each takes two pictures of the cluster. */
const most = 3

/** A remedy for each of the first denied groups, in the order of ports and groups. */
export function remedies(
  answer: FlowAnswer,
  policies: Policies,
  network: Network,
): ReadonlyMap<JudgedGroup, FlowRemedy | NoRemedy> {
  const denied = answer.ports.flatMap((port) =>
    port.groups.filter(({ outcome }) => outcome === 'fails').map((group) => ({ port, group })),
  )
  return new Map(
    denied.slice(0, most).flatMap(({ port, group }) => {
      const remedy = remedyOf(group.example, port, policies, network)
      return remedy === undefined ? [] : [[group, remedy] as const]
    }),
  )
}

export function isRemedy(remedy: FlowRemedy | NoRemedy): remedy is FlowRemedy {
  return 'steps' in remedy
}
