import type { Network } from '../../network/network.ts'
import { isStale } from '../../network/routes/gateway/conditions.ts'
import { place } from '../../network/traffic/place.ts'
import type { Condition, ObjectMeta } from '../../snapshot/kinds/kind.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'

const reconcilingMs = 60_000

export default defineRule({
  id: 'gateway/status-stale',
  title: 'Route whose last change no controller has seen',
  subject: 'GatewayRoute',
  severity: 'warning',
  docs: {
    means:
      'The proxy may still work by the spec as it was before the change: what the route says now is not in force.',
    why: 'The controller is down, overloaded, or cannot read something that it needs.',
    proof:
      'Conditions of `status.parents` name an older `observedGeneration` than the route’s, and the last change of the spec is more than a minute ago.',
    fix: 'Look at the controller and its log.',
    falseAlarmWhen:
      'Controllers that never write observedGeneration, and changes whose time is not known or within the last minute: then it is silent.',
  },
  check(route, network) {
    if (network.inventory.simulated.size > 0) return undefined
    const stale = route.status.parents.flatMap(({ conditions, controllerName }) =>
      conditions
        .filter((condition) => isStale(condition, route))
        .map((condition) => ({ condition, controllerName })),
    )
    const [first] = stale
    const fresh = route.status.parents.some(({ conditions }) =>
      conditions.some((item) => isCurrent(item, route.metadata)),
    )
    const age = ageOfChange(route.metadata, network)
    if (first === undefined || fresh || age === undefined || age < reconcilingMs) return undefined
    const by = referenceTo(route)
    return {
      proof: 'proven',
      place: `${place.route(by)} status`,
      summary: say`Controller ${first.controllerName} has not seen the last change of ${by}: its status is about generation ${first.condition.observedGeneration ?? 0} of ${route.metadata.generation ?? 0}`,
      evidence: [
        { reference: by, field: 'metadata.generation', value: route.metadata.generation },
        {
          reference: by,
          field: `status.parents[0].conditions.${first.condition.type}.observedGeneration`,
          value: first.condition.observedGeneration,
        },
      ],
      advice: [say`look at the log of the controller ${first.controllerName}`],
    }
  },
})

const isCurrent = ({ observedGeneration }: Condition, { generation }: ObjectMeta): boolean =>
  observedGeneration !== undefined && observedGeneration === generation

/** Milliseconds since the spec was last written, by managedFields; `undefined` where that is not known. */
function ageOfChange({ managedFields }: ObjectMeta, { inventory }: Network): number | undefined {
  const ages = managedFields.flatMap(({ subresource, time }) =>
    subresource === 'status' ? [] : (inventory.ageMs(time) ?? []),
  )
  return ages.length === 0 ? undefined : Math.min(...ages)
}
