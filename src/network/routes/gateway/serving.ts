import type { Gateway } from '../../../snapshot/kinds/gateway.ts'
import { referenceTo } from '../../../snapshot/snapshot.ts'
import type { Serving } from '../controllers.ts'
import type { RouteParts } from '../route-parts.ts'
import { listenersOf } from './listeners.ts'
import { routesUnder } from './under.ts'

/**
 * Who serves a Gateway. A class that may not be read is not missing: then the controller's own name in the status of the
 * routes under the Gateway tells, if anything does.
 */
export function servingOf(gateway: Gateway, { inventory, controllers }: RouteParts): Serving {
  const className = gateway.spec.gatewayClassName
  const read = inventory.get('GatewayClass', '', className)
  const [found] = read.items
  if (found !== undefined) {
    const { controllerName } = found.spec
    const serving = controllers.forGatewayClass(controllerName, referenceTo(found))
    // A controller may run where we do not look for it; it wrote that it took the class.
    const isTaken = found.status.conditions.some(
      ({ type, status }) => type === 'Accepted' && status === 'True',
    )
    return serving.is === 'unserved' && isTaken
      ? { is: 'unknown', gaps: [], className, controllerName }
      : serving
  }
  // Classes are seldom among the manifests of an application.
  const isLeftOut = read.open !== undefined && inventory.list('GatewayClass').items.length === 0
  if (isLeftOut) return { is: 'unknown', gaps: [], className }
  if (read.gaps.length === 0) return { is: 'unserved', reason: 'class-not-found', className, open: read.open }
  const controllerName = writerOf(gateway, inventory)
  if (controllerName === undefined) return { is: 'unknown', gaps: read.gaps, className }
  const { apiVersion } = gateway
  return controllers.forGatewayClass(controllerName, { apiVersion, kind: 'GatewayClass', name: className })
}

function writerOf(gateway: Gateway, inventory: RouteParts['inventory']): string | undefined {
  const listeners = listenersOf(gateway, inventory).items
  for (const { route, parent } of routesUnder(gateway, inventory).items) {
    if (listeners.length === 0) continue
    const own = route.metadata.namespace ?? ''
    const written = route.status.parents.find(
      ({ parentRef }) =>
        parentRef.name === parent.reference.name && (parentRef.namespace ?? own) === parent.namespace,
    )
    if (written !== undefined && written.controllerName !== '') return written.controllerName
  }
  return undefined
}
