import type { Gateway } from '../../../snapshot/kinds/gateway.ts'
import type { GatewayRoute } from '../../../snapshot/kinds/gateway-route.ts'
import type { Condition, ObjectMeta } from '../../../snapshot/kinds/kind.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { endsTls, lacksCertificate } from './certificates.ts'
import { freshCondition, isUntouched } from './conditions.ts'
import type { BoundListener } from './listeners.ts'
import { type Parent, statusOf } from './parents.ts'

/** A controller gets a minute to look at something new. */
const settlingMs = 60_000

/** Whether an object is so young that its controller may not have looked at it. */
export function isYoung({ metadata }: { readonly metadata: ObjectMeta }, inventory: Inventory): boolean {
  const age = inventory.ageMs(metadata.creationTimestamp)
  return age !== undefined && age < settlingMs
}

/**
 * The condition that says that a Gateway serves nothing: its controller has not accepted or not programmed it, or no
 * controller has looked at it in the minute that it had.
 */
export function gatewayTrouble(gateway: Gateway, inventory: Inventory): Condition | undefined {
  if (isYoung(gateway, inventory)) return undefined
  const all = ['Accepted', 'Programmed'].flatMap(
    (type) => freshCondition(gateway, gateway.status.conditions, type, inventory) ?? [],
  )
  const wrong = all.find(({ status }) => status === 'False')
  if (wrong !== undefined) return wrong.reason === 'Pending' && isLate(wrong, inventory) ? undefined : wrong
  return all.length > 0 && all.every(isUntouched) ? all[0] : undefined
}

/** Whether a condition changed within the last minute. */
export function isLate({ lastTransitionTime }: Condition, inventory: Inventory): boolean {
  const age = inventory.ageMs(lastTransitionTime)
  return age !== undefined && age < settlingMs
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

/**
 * Why a listener serves nothing: by what its controller wrote about the present spec, and where that says nothing, by the
 * specification.
 */
export function troubleOf(
  bound: BoundListener,
  inventory: Inventory,
): 'no-listener' | 'certificate' | undefined {
  const status = (type: string) => listenerCondition(bound, type, inventory)?.status
  const resolved = listenerCondition(bound, 'ResolvedRefs', inventory)
  if (status('Accepted') === 'False') return 'no-listener'
  if (bound.conflict !== undefined && status('Accepted') !== 'True') return 'no-listener'
  const isTold = resolved?.status === 'False' && resolved.reason !== 'InvalidRouteKinds'
  if (endsTls(bound) && isTold) return 'certificate'
  if (resolved?.status !== 'True' && lacksCertificate(bound, inventory)) return 'certificate'
  return status('Programmed') === 'False' ? 'no-listener' : undefined
}

/**
 * The condition by which a controller refuses a route under a parent, whatever the specification would have; nothing while
 * it may still be about to change its mind.
 */
export function refusalBy(route: GatewayRoute, parent: Parent, inventory: Inventory): Condition | undefined {
  const conditions = statusOf(route, parent)?.conditions ?? []
  const accepted = freshCondition(route, conditions, 'Accepted', inventory)
  return accepted?.status === 'False' && !isLate(accepted, inventory) ? accepted : undefined
}
