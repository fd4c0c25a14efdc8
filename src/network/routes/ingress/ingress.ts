import type { Ingress, IngressBackend } from '../../../snapshot/kinds/ingress.ts'
import { type Gap, referenceTo } from '../../../snapshot/snapshot.ts'
import { mapRead, type Read } from '../../inventory/read.ts'
import type { RouteRequest } from '../request.ts'
import type { BackendFate, Route, RouteAnswer, RouteBackend, RouteSource } from '../route.ts'
import type { RouteParts } from '../route-parts.ts'

/** Routes of Ingresses. */
export class IngressRoutes implements RouteSource {
  readonly #parts: RouteParts

  constructor(parts: RouteParts) {
    this.#parts = parts
  }

  namespaces(): readonly string[] {
    return this.#parts.inventory.namespacesOf('Ingress')
  }

  unread(): readonly Gap[] {
    return this.#parts.inventory.gaps('Ingress')
  }

  in(namespace: string): Read<Route> {
    return mapRead(this.#parts.inventory.list('Ingress', namespace), (ingresses) =>
      ingresses.flatMap(routesOf),
    )
  }

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

function routesOf(ingress: Ingress): readonly Route[] {
  const { defaultBackend, rules } = ingress.spec
  const by = referenceTo(ingress)
  const isCanary = ingress.metadata.annotations['nginx.ingress.kubernetes.io/canary'] === 'true'
  const one = (item: IngressBackend, field: string, match: Route['match'], title: string): Route => {
    const { service } = item
    const backend: readonly RouteBackend[] =
      service === undefined
        ? []
        : [
            {
              by,
              field: `${field}.service`,
              namespace: by.namespace ?? '',
              service: service.name,
              port: service.port.number ?? service.port.name,
              title: isCanary ? `${title} (canary)` : title,
              isShare: isCanary,
              weight: 1,
              servedBy: [],
            },
          ]
    return {
      key: `Ingress/${by.namespace}/${by.name}#${field}`,
      by,
      field,
      title,
      match,
      backends: backend,
      servedBy: [],
    }
  }
  const ofRules = rules.flatMap((rule, r) =>
    rule.http.paths.map((path, p) =>
      one(
        path.backend,
        `spec.rules[${r}].http.paths[${p}].backend`,
        { host: rule.host, path: path.path ?? '/', pathType: path.pathType, further: [] },
        `${rule.host ?? '*'}${path.path ?? '/'}`,
      ),
    ),
  )
  if (defaultBackend === undefined) return ofRules
  const whole = { path: '/', further: [] }
  return [one(defaultBackend, 'spec.defaultBackend', whole, `${by.name} (default)`), ...ofRules]
}
