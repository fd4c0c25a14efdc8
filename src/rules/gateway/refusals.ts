import { UnknownVerdict } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { freshCondition } from '../../network/routes/gateway/conditions.ts'
import type { ListenerVerdict, Parent, Refusal } from '../../network/routes/gateway/parents.ts'
import { statusOf } from '../../network/routes/gateway/parents.ts'
import { type Place, place } from '../../network/traffic/place.ts'
import type { GatewayRoute } from '../../snapshot/kinds/gateway-route.ts'
import type { Condition } from '../../snapshot/kinds/kind.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { Evidence, FindingDraft, Severity } from '../finding.ts'
import { listed, say, type Text, word } from '../text.ts'

/** A parent that does not take a route, with what its controller wrote about that. */
export interface Refused {
  readonly parent: Parent
  readonly said: Condition | undefined
  readonly controllerName: string
}

/**
 * The parents of a route that refuse it for one reason, or are not there.
 *
 * @throws UnknownVerdict when what was not read decides about a parent, and none is known to refuse
 */
export function refusedParents(
  route: GatewayRoute,
  why: Refusal | 'missing',
  network: Network,
): readonly Refused[] {
  const parents = network.routes.gateway.parents(route)
  const found = parents.filter((parent) =>
    why === 'missing' ? parent.outcome === 'missing' : parent.outcome === 'refused' && parent.why === why,
  )
  if (found.length === 0) {
    const gaps = parents.flatMap((parent) => (parent.outcome === 'unknown' ? parent.gaps : []))
    if (gaps.length > 0) throw new UnknownVerdict(gaps)
  }
  return found.map((parent) => {
    const status = statusOf(route, parent)
    const said = freshCondition(route, status?.conditions ?? [], 'Accepted', network.inventory)
    return { parent, said, controllerName: status?.controllerName ?? '' }
  })
}

/** An error when the route has no other parent that takes it. */
export function severityFor(route: GatewayRoute, network: Network): Severity {
  const isTaken = network.routes.gateway
    .parents(route)
    .some(({ outcome }) => outcome === 'attached' || outcome === 'not-judged')
  return isTaken ? 'warning' : 'error'
}

/** What all findings about a parent of a route have in common. */
export function parentDraft(
  route: GatewayRoute,
  { parent, said, controllerName }: Refused,
  network: Network,
): Pick<FindingDraft, 'proof' | 'severity' | 'place' | 'alsoAt' | 'detail'> {
  const at = place.route(referenceTo(route))
  const disputed = said?.status === 'True'
  return {
    // Its controller takes it: whatever the specification says, requests may well arrive.
    proof: disputed ? 'likely' : 'proven',
    severity: disputed ? 'warning' : severityFor(route, network),
    place: placeOf(route, parent),
    alsoAt: [at],
    detail: disputed
      ? say`Its controller ${controllerName} says otherwise: Accepted=True. By the specification it would be False.`
      : undefined,
  }
}

function placeOf(route: GatewayRoute, { kind, namespace, reference }: Parent): Place {
  const section = reference.sectionName ?? ''
  return `${place.route(referenceTo(route))} under ${kind} ${namespace}/${reference.name} ${section}:${reference.port ?? ''}`
}

/** The Gateway or ListenerSet that a parentRef names, whether or not it exists. */
export function parentReference({ kind, namespace, reference, gateway, set }: Parent): ObjectReference {
  const object = kind === 'ListenerSet' ? set : gateway
  if (object !== undefined) return referenceTo(object)
  return { apiVersion: 'gateway.networking.k8s.io/v1', kind, namespace, name: reference.name }
}

/** What a fresh condition of the route says, as evidence. */
export function acceptedEvidence(route: GatewayRoute, { parent, said }: Refused): readonly Evidence[] {
  if (said === undefined) return []
  const status = statusOf(route, parent)
  const index = status === undefined ? 0 : route.status.parents.indexOf(status)
  const value = `${said.status} ${said.reason ?? ''}`.trim()
  return [{ reference: referenceTo(route), field: `status.parents[${index}].conditions.Accepted`, value }]
}

/** The listeners that refuse the route for this reason. */
export function refusing(parent: Parent, why: Refusal): readonly ListenerVerdict[] {
  return parent.listeners.filter((verdict) => verdict.is === 'refuses' && verdict.why === why)
}

/** `listener http` or `listeners http and https`. */
export function listenerNames(verdicts: readonly ListenerVerdict[]): Text {
  const names = verdicts.slice(0, 4).map(({ bound }) => say`${bound.listener.name}`)
  return say`${word(verdicts.length === 1 ? 'listener' : 'listeners')} ${listed(names)}`
}

/** Of whom no client gets an answer, in words for the end of a sentence. */
export function consequence(route: GatewayRoute): Text {
  return route.kind === 'HTTPRoute' ? word('its requests get 404') : word('nothing reaches its backends')
}
