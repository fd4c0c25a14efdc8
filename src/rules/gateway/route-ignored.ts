import { isForGateways, statusOf } from '../../network/routes/gateway/parents.ts'
import { place } from '../../network/traffic/place.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { parentReference } from './refusals.ts'
import { isSettling } from './settling.ts'

export default defineRule({
  id: 'gateway/route-ignored',
  title: 'Route that no controller has looked at',
  subject: 'GatewayRoute',
  severity: 'warning',
  docs: {
    means:
      'Nobody wrote a status for the route: the controller of its Gateway does not run, does not know the kind, or does not watch the namespace.',
    why: 'A controller was told to watch some namespaces only, does not support this kind of route, or is down.',
    proof: '`status.parents` has no entry although the Gateway exists, and the route is older than a minute.',
    fix: 'Look at the controller: its log, the kinds it supports, and the namespaces that it watches.',
    falseAlarmWhen:
      'Manifests have no status. Parents that are no Gateway, and routes whose Gateway is missing or refuses them, are left to ' +
      'other rules.',
  },
  check(route, network) {
    const { inventory } = network
    // What no API server has seen has no status, and neither has what was edited on the copy.
    const isApplied = route.metadata.uid !== undefined && inventory.simulated.size === 0
    if (!isApplied || isSettling(route, network)) return undefined
    const parents = network.routes.gateway.parents(route)
    if (!isForGateways(parents) || route.status.parents.length > 0) return undefined
    const taking = parents.filter(
      (parent) => parent.outcome === 'attached' && statusOf(route, parent) === undefined,
    )
    if (taking.length === 0) return undefined
    const by = referenceTo(route)
    return {
      proof: 'proven',
      place: place.route(by),
      summary: say`${by} fits ${listed(taking.slice(0, 3).map((parent) => say`${parentReference(parent)}`))}, and no controller has looked at it`,
      evidence: [{ reference: by, field: 'status.parents', value: undefined }],
      advice: [say`kubectl get gatewayclass, then look at the log of the controller that it names`],
    }
  },
})
