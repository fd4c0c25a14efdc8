import type { Network } from '../../network/network.ts'
import type { Parent } from '../../network/routes/gateway/parents.ts'
import { isLate, refusalBy } from '../../network/routes/gateway/trouble.ts'
import { place } from '../../network/traffic/place.ts'
import type { GatewayRoute } from '../../snapshot/kinds/gateway-route.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { backendsOf } from './faulty-backends.ts'
import { consequence, parentReference } from './refusals.ts'
import { saidEvidence, saidOf } from './route-status.ts'

export default defineRule({
  id: 'gateway/controller-disagrees',
  title: 'Route that its controller refuses although the specification allows it',
  subject: 'GatewayRoute',
  severity: 'error',
  explains: ['not-attached'],
  docs: {
    means:
      'By the specification the route is right, and its controller says that it does not take it, or not all of its backends: what the controller says counts.',
    why: 'The implementation lacks a feature or has a rule of its own, watches other namespaces only, or does not see an object that is there.',
    proof:
      'Condition Accepted or ResolvedRefs of the route is False and of its present generation, and neither listeners, namespaces, ' +
      'host names, ReferenceGrants nor backends give a reason for that.',
    fix: 'What the controller’s message names.',
    falseAlarmWhen:
      'A condition younger than a minute, or about an older generation. Where the specification gives the reason, the rule about ' +
      'that speaks. Parts that may not be read: then nothing is said.',
  },
  check(route, network) {
    const parents = network.routes.gateway.parents(route)
    const refused = parents.flatMap((parent) => refusal(route, parent, network) ?? [])
    return refused.length > 0 ? refused : unresolved(route, network)
  },
})

function refusal(route: GatewayRoute, parent: Parent, network: Network): FindingDraft | undefined {
  const condition = refusalBy(route, parent, network.inventory)
  if (condition === undefined || parent.outcome !== 'attached') return undefined
  const by = referenceTo(route)
  const at = place.route(by)
  return {
    proof: 'proven',
    place: `${at} under ${parent.kind} ${parent.namespace}/${parent.reference.name}`,
    alsoAt: [at],
    summary: say`${by} fits ${parentReference(parent)} by the specification, and its controller refuses it (${condition.reason ?? 'no reason'}): ${consequence(route)}`,
    detail: condition.message === undefined ? undefined : say`The controller says: ${condition.message}`,
    evidence: saidEvidence(route, saidOf(route, 'Accepted', network)),
    advice: [
      say`kubectl -n ${by.namespace ?? ''} describe ${by.kind.toLowerCase()} ${by.name}, and the log of the controller`,
    ],
  }
}

function unresolved(route: GatewayRoute, network: Network): readonly FindingDraft[] {
  const said = saidOf(route, 'ResolvedRefs', network).filter(
    ({ condition }) => condition.status === 'False' && !isLate(condition, network.inventory),
  )
  const [first] = said
  const isExplained = backendsOf(route).some(
    ({ reference }) => network.routes.gateway.backend(route, reference).is !== 'valid',
  )
  if (first === undefined || isExplained) return []
  const by = referenceTo(route)
  const { reason = 'no reason', message } = first.condition
  return [
    {
      proof: 'likely',
      place: `${place.route(by)} references`,
      summary: say`All that ${by} refers to is there by the specification, and its controller cannot resolve it (${reason}): requests to such a backend get 500`,
      detail: message === undefined ? undefined : say`The controller says: ${message}`,
      evidence: saidEvidence(route, said),
      advice: [
        say`kubectl -n ${by.namespace ?? ''} describe ${by.kind.toLowerCase()} ${by.name}, and the log of the controller`,
      ],
    },
  ]
}
