import type { Network } from '../../network/network.ts'
import type { Policies } from '../../network/policy/policies.ts'
import type { FlowAnswer, Reason } from './judge.ts'
import { type FlowRemedy, type NoRemedy, remedyOf } from './remedy.ts'

export type Remedies = ReadonlyMap<Reason, FlowRemedy | NoRemedy>

/** Finding out about each takes two pictures of the cluster. */
const most = 3

/**
 * A remedy for each of the first reasons to deny. None for the world: whoever opens something to everybody does so on
 * purpose, not to mend a connection.
 */
export function remedies({ reasons, question }: FlowAnswer, policies: Policies, network: Network): Remedies {
  if (question.source.kind === 'world' || question.destination.kind === 'world') return new Map()
  const denied = reasons.filter(({ outcome }) => outcome === 'fails')
  return new Map(
    denied.slice(0, most).flatMap((reason) => {
      const remedy = remedyOf(reason, policies, network)
      return remedy === undefined ? [] : [[reason, remedy] as const]
    }),
  )
}

export function isRemedy(remedy: FlowRemedy | NoRemedy): remedy is FlowRemedy {
  return 'steps' in remedy
}
