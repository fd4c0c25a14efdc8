import type { Network } from '../../network/network.ts'
import { kindsOf } from '../../network/routes/gateway/parents.ts'
import type { GatewayRoute } from '../../snapshot/kinds/gateway-route.ts'
import type { Listener } from '../../snapshot/kinds/listener.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import {
  acceptedEvidence,
  consequence,
  listenerNames,
  parentDraft,
  parentReference,
  type Refused,
  refusedParents,
  refusing,
} from './refusals.ts'

export default defineRule({
  id: 'gateway/route-kind-not-allowed',
  title: 'Route of a kind that its listeners do not take',
  subject: 'GatewayRoute',
  severity: 'error',
  explains: ['not-attached'],
  docs: {
    means:
      'The listeners serve another protocol, or name the kinds that they take: the route is not attached (reason NotAllowedByListeners).',
    why: 'A TLSRoute needs a listener of protocol TLS, a TCPRoute one of TCP; or `allowedRoutes.kinds` was written for other routes.',
    proof: '`protocol` and `allowedRoutes.kinds` of the listeners that the parentRef means.',
    fix: 'Ask for a listener of the right protocol, or add the kind to `allowedRoutes.kinds`.',
    falseAlarmWhen:
      'Another listener takes the route: then it is silent. Protocols of the implementation’s own are not judged. Another ' +
      'parentRef attaches: then it is a warning.',
  },
  check: (route, network) =>
    refusedParents(route, 'kind-not-allowed', network).map((refused) => draft(route, refused, network)),
})

function takenBy(listener: Listener): readonly string[] {
  const named = listener.allowedRoutes?.kinds.map(({ kind }) => kind) ?? []
  return named.length > 0 ? named : (kindsOf(listener) ?? [])
}

function draft(route: GatewayRoute, refused: Refused, network: Network): FindingDraft {
  const { parent } = refused
  const by = referenceTo(route)
  const refusals = refusing(parent, 'kind-not-allowed')
  const taken = new Set(refusals.flatMap(({ bound }) => takenBy(bound.listener)))
  return {
    ...parentDraft(route, refused, network),
    summary: say`${by} cannot be attached to ${listenerNames(refusals)} of ${parentReference(parent)}, which ${refusals.length === 1 ? say`takes` : say`take`} ${listed([...taken].map((kind) => say`${kind}`))} only: ${consequence(route)}`,
    evidence: [
      { reference: by, field: 'kind', value: route.kind },
      ...refusals.slice(0, 4).flatMap(({ bound }) => [
        {
          reference: referenceTo(bound.owner),
          field: `${bound.field}.protocol`,
          value: bound.listener.protocol,
        },
        ...(bound.listener.allowedRoutes?.kinds ?? []).slice(0, 3).map(({ kind }, index) => ({
          reference: referenceTo(bound.owner),
          field: `${bound.field}.allowedRoutes.kinds[${index}].kind`,
          value: kind,
        })),
      ]),
      ...acceptedEvidence(route, refused),
    ],
    advice: [
      say`name a listener that takes ${route.kind}, or add ${route.kind} to allowedRoutes.kinds where the protocol allows it`,
    ],
  }
}
