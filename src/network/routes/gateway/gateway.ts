import type { GatewayRoute } from '../../../snapshot/kinds/gateway-route.ts'
import type { KubeObject } from '../../../snapshot/kinds/kinds.ts'
import { type Gap, referenceTo } from '../../../snapshot/snapshot.ts'
import { joinReads, type Read } from '../../inventory/read.ts'
import type { RouteRequest } from '../request.ts'
import type { BackendFate, Route, RouteAnswer, RouteBackend, RouteSource } from '../route.ts'
import type { RouteParts } from '../route-parts.ts'

const gatewayRouteKinds = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'] as const

/** Routes of the Gateway API. */
export class GatewayRoutes implements RouteSource {
  readonly #parts: RouteParts

  constructor(parts: RouteParts) {
    this.#parts = parts
  }

  namespaces(): readonly string[] {
    return gatewayRouteKinds.flatMap((kind) => this.#parts.inventory.namespacesOf(kind))
  }

  unread(): readonly Gap[] {
    return gatewayRouteKinds.flatMap((kind) => this.#parts.inventory.gaps(kind))
  }

  in(namespace: string): Read<Route> {
    const routes = gatewayRouteKinds.map((kind) => this.#parts.inventory.list(kind, namespace))
    return {
      ...joinReads<KubeObject>(routes),
      items: routes.flatMap((read) => read.items.flatMap((route) => routesOf(route))),
    }
  }

  /** Whether a Gateway takes the route and its backends is not modelled yet. */
  fate(_backend: RouteBackend): BackendFate {
    return {
      is: 'ends',
      end: { hop: 'backend', reason: 'not-evaluated', proof: 'unknown', gaps: [] },
    }
  }

  answers(_request: RouteRequest): Read<RouteAnswer> {
    return { items: [], gaps: [] }
  }
}

function routesOf(route: GatewayRoute): readonly Route[] {
  const by = referenceTo(route)
  const namespace = route.metadata.namespace ?? ''
  const title = `${route.kind} ${route.metadata.name}`
  return route.spec.rules.map((rule, r): Route => {
    const field = `spec.rules[${r}]`
    const isShare = rule.backendRefs.filter(({ weight }) => weight !== 0).length > 1
    const backends = rule.backendRefs.flatMap((reference, b): readonly RouteBackend[] => {
      const isService = (reference.kind ?? 'Service') === 'Service' && (reference.group ?? '') === ''
      // Weight 0 takes no traffic: naming such a backend is no use of it.
      if (!isService || reference.weight === 0) return []
      return [
        {
          by,
          field: `${field}.backendRefs[${b}]`,
          namespace: reference.namespace ?? namespace,
          service: reference.name,
          port: reference.port,
          title,
          isShare,
          weight: reference.weight ?? 1,
          servedBy: [],
        },
      ]
    })
    return {
      key: `${by.kind}/${namespace}/${by.name}#${field}`,
      by,
      field,
      title,
      match: { host: route.spec.hostnames[0], path: '/', further: [] },
      backends,
      servedBy: [],
    }
  })
}
