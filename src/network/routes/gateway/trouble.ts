import type { Gateway } from '../../../snapshot/kinds/gateway.ts'
import type { Condition } from '../../../snapshot/kinds/kind.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { freshCondition } from './conditions.ts'
import type { BoundListener } from './listeners.ts'

/** The condition by which its controller says that a Gateway serves nothing: not accepted, or not programmed. */
export function gatewayTrouble(gateway: Gateway, inventory: Inventory): Condition | undefined {
  return ['Accepted', 'Programmed']
    .map((type) => freshCondition(gateway, gateway.status.conditions, type, inventory))
    .find((condition) => condition?.status === 'False')
}

/** What a controller wrote about one listener, as far as it is about the present spec. */
export function listenerCondition(
  { owner, listener }: BoundListener,
  type: string,
  inventory: Inventory,
): Condition | undefined {
  const status = owner.status.listeners.find(({ name }) => name === listener.name)
  return status === undefined ? undefined : freshCondition(owner, status.conditions, type, inventory)
}

/** Why a listener serves nothing, by the specification and by what its controller wrote. */
export function troubleOf(
  bound: BoundListener,
  inventory: Inventory,
): 'no-listener' | 'certificate' | undefined {
  if (bound.conflict !== undefined) return 'no-listener'
  const condition = (type: string) => listenerCondition(bound, type, inventory)
  if (condition('Accepted')?.status === 'False') return 'no-listener'
  const resolved = condition('ResolvedRefs')
  const isEncrypted = bound.listener.protocol === 'HTTPS' || bound.listener.protocol === 'TLS'
  if (resolved?.status === 'False' && isEncrypted && resolved.reason !== 'InvalidRouteKinds')
    return 'certificate'
  return condition('Programmed')?.status === 'False' ? 'no-listener' : undefined
}
