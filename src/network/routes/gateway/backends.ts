import type { BackendReference, GatewayRoute } from '../../../snapshot/kinds/gateway-route.ts'
import type { Service, ServicePort } from '../../../snapshot/kinds/service.ts'
import type { Gap } from '../../../snapshot/snapshot.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { isExternalName } from '../../services/service-facts.ts'
import { gatewayGroup, grantFor } from './grants.ts'

/** Whether a backend of a route is one that a Gateway can send to. By the specification alone. */
export type BackendState =
  | { readonly is: 'valid'; readonly service: Service; readonly port: ServicePort }
  | {
      readonly is: 'invalid'
      readonly why:
        | 'backend-not-permitted'
        | 'backend-service-missing'
        | 'backend-port-missing'
        /** A Service of type ExternalName: implementations should not follow it, and may. */
        | 'external-name'
      readonly service?: Service | undefined
    }
  /** Another kind than Service: its implementation knows. */
  | { readonly is: 'other-kind' }
  | { readonly is: 'unknown'; readonly gaps: readonly Gap[] }

export function isServiceReference({ group, kind }: Pick<BackendReference, 'group' | 'kind'>): boolean {
  return (kind ?? 'Service') === 'Service' && (group ?? '') === ''
}

/**
 * Judges one backend of a route: permission first, then the Service, then its port. Source: Gateway API,
 * HTTPRouteRule.backendRefs and BackendObjectReference.
 */
export function backendState(
  route: Pick<GatewayRoute, 'kind' | 'metadata'>,
  reference: Omit<BackendReference, 'filters'>,
  inventory: Inventory,
): BackendState {
  const own = route.metadata.namespace ?? ''
  const namespace = reference.namespace ?? own
  const { group = '', kind = 'Service', name } = reference
  const from = { group: gatewayGroup, kind: route.kind, namespace: own }
  const grant = grantFor(from, { group, kind, namespace, name }, inventory)
  if (grant.is === 'not-granted') return { is: 'invalid', why: 'backend-not-permitted' }
  if (!isServiceReference(reference)) return { is: 'other-kind' }
  const state = serviceState(namespace, reference, inventory)
  // A Service that is not there is no backend whoever may name it; a right one still needs the permission.
  return grant.is === 'unknown' && state.is === 'valid' ? { is: 'unknown', gaps: grant.gaps } : state
}

function serviceState(
  namespace: string,
  { name, port }: Pick<BackendReference, 'name' | 'port'>,
  inventory: Inventory,
): BackendState {
  const read = inventory.get('Service', namespace, name)
  const [service] = read.items
  if (service === undefined) {
    if (read.gaps.length > 0) return { is: 'unknown', gaps: read.gaps }
    read.open?.noteOpen()
    return { is: 'invalid', why: 'backend-service-missing' }
  }
  if (isExternalName(service)) return { is: 'invalid', why: 'external-name', service }
  const found = service.spec.ports.find((item) => item.port === port)
  return found === undefined
    ? { is: 'invalid', why: 'backend-port-missing', service }
    : { is: 'valid', service, port: found }
}
