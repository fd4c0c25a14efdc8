import type { Network } from '../../network/network.ts'
import { freshCondition } from '../../network/routes/gateway/conditions.ts'
import { statusOf } from '../../network/routes/gateway/parents.ts'
import type { GatewayRoute } from '../../snapshot/kinds/gateway-route.ts'
import type { Condition } from '../../snapshot/kinds/kind.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence } from '../finding.ts'
import { say, type Text } from '../text.ts'

/** What a controller wrote about a route under one parent, as far as it is about the present spec. */
export interface Said {
  readonly condition: Condition
  readonly controllerName: string
  readonly field: string
}

/** The fresh conditions of one type, one for each parent that a controller wrote about. */
export function saidOf(route: GatewayRoute, type: string, network: Network): readonly Said[] {
  const found = network.routes.gateway.parents(route).flatMap((parent) => statusOf(route, parent) ?? [])
  return [...new Set(found)].flatMap((status): readonly Said[] => {
    const condition = freshCondition(route, status.conditions, type, network.inventory)
    if (condition === undefined || condition.status === 'Unknown') return []
    const field = `status.parents[${route.status.parents.indexOf(status)}].conditions.${type}`
    return [{ condition, controllerName: status.controllerName, field }]
  })
}

export function saidEvidence(route: GatewayRoute, said: readonly Said[]): readonly Evidence[] {
  return said.map(({ condition, field }) => ({
    reference: referenceTo(route),
    field,
    value: `${condition.status} ${condition.reason ?? ''}`.trim(),
  }))
}

/** A sentence for the case that the controller sees it otherwise: both are shown. */
export function contradiction(said: readonly Said[]): Text | undefined {
  const other = said.find(({ condition }) => condition.status === 'True')
  return other === undefined
    ? undefined
    : say`Its controller ${other.controllerName} says otherwise: ${other.condition.type}=True. By the specification it would be False.`
}

/** How sure a reading of the spec is: less where its controller contradicts. */
export function proofOf(said: readonly Said[]): 'proven' | 'likely' {
  return contradiction(said) === undefined ? 'proven' : 'likely'
}
