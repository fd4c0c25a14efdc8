import { UnknownVerdict } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { BackendState } from '../../network/routes/gateway/backends.ts'
import { isForGateways } from '../../network/routes/gateway/parents.ts'
import { place } from '../../network/traffic/place.ts'
import type { BackendReference, GatewayRoute, GatewayRouteKind } from '../../snapshot/kinds/gateway-route.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { Severity } from '../finding.ts'
import { type Text, word } from '../text.ts'

type Invalid = Extract<BackendState, { is: 'invalid' }>

/** One backend of a route that gets traffic and cannot be used. */
export interface FaultyBackend {
  readonly reference: BackendReference
  readonly namespace: string
  /** `spec.rules[0].backendRefs[1]`. */
  readonly field: string
  readonly ruleIndex: number
  readonly backendIndex: number
  readonly state: Invalid
}

/**
 * The backends of a route that are wrong in one way.
 *
 * @throws UnknownVerdict when that depends on what was not read
 */
export function faultyBackends(
  route: GatewayRoute,
  why: Invalid['why'],
  network: Network,
): readonly FaultyBackend[] {
  const all = backendsOf(route).map((backend) => ({
    ...backend,
    state: network.routes.gateway.backend(route, backend.reference),
  }))
  const found = all.flatMap(({ state, ...backend }) =>
    state.is === 'invalid' && state.why === why ? [{ ...backend, state }] : [],
  )
  // Which rule would speak of a backend that was not read is not known: it is unknown to each.
  if (found.length === 0) {
    const gaps = all.flatMap(({ state }) => (state.is === 'unknown' ? state.gaps : []))
    if (gaps.length > 0) throw new UnknownVerdict(gaps)
  }
  return found
}

/** The backends of a route that get any traffic. */
export function backendsOf(route: GatewayRoute): readonly Omit<FaultyBackend, 'state'>[] {
  return route.spec.rules.flatMap((rule, ruleIndex) =>
    rule.backendRefs.flatMap((reference, backendIndex) =>
      reference.weight === 0
        ? []
        : [
            {
              reference,
              namespace: reference.namespace ?? route.metadata.namespace ?? '',
              field: `spec.rules[${ruleIndex}].backendRefs[${backendIndex}]`,
              ruleIndex,
              backendIndex,
            },
          ],
    ),
  )
}

export function serviceOf({
  namespace,
  reference,
}: Pick<FaultyBackend, 'namespace' | 'reference'>): ObjectReference {
  return { apiVersion: 'v1', kind: 'Service', namespace, name: reference.name }
}

/** Where such faults lie on the way of a request, each once. */
export function placesOf(route: GatewayRoute, faulty: readonly FaultyBackend[]): readonly string[] {
  return [
    ...new Set(
      faulty.map(({ namespace, reference: { name, port } }) =>
        place.routeBackend(referenceTo(route), { namespace, service: name, port }),
      ),
    ),
  ]
}

/** An error needs somebody who can meet it: a route that no parent takes gets no request. */
export function severityOf(route: GatewayRoute, network: Network): Severity {
  const parents = network.routes.gateway.parents(route)
  const isMet =
    !isForGateways(parents) ||
    parents.some(({ outcome }) => outcome === 'attached' || outcome === 'unknown' || outcome === 'not-judged')
  return isMet ? 'error' : 'warning'
}

/** What a client sees of a backend that cannot be used. */
export function whatClientsGet(kind: GatewayRouteKind): Text {
  switch (kind) {
    case 'HTTPRoute':
      return word('clients get 500')
    case 'GRPCRoute':
      return word('calls fail with UNAVAILABLE')
    case 'TLSRoute':
    case 'TCPRoute':
      return word('connections are closed')
    case 'UDPRoute':
      return word('packets are dropped')
  }
}

/** How much of a rule's traffic its faulty backends take, where others take the rest. */
export function shareText(route: GatewayRoute, faulty: readonly FaultyBackend[]): Text | undefined {
  const [first] = faulty
  const rule = first === undefined ? undefined : route.spec.rules[first.ruleIndex]
  if (rule === undefined || faulty.some(({ ruleIndex }) => ruleIndex !== first?.ruleIndex)) return undefined
  const sum = (items: readonly BackendReference[]): number =>
    items.reduce((total, { weight = 1 }) => total + weight, 0)
  const [part, all] = [sum(faulty.map(({ reference }) => reference)), sum(rule.backendRefs)]
  return part === all ? undefined : word(`${Math.round((100 * part) / all)} % of its requests`)
}
