import type { Ingress, IngressBackend } from '../../../snapshot/kinds/ingress.ts'
import { referenceTo } from '../../../snapshot/snapshot.ts'
import type { Serving } from '../controllers.ts'
import { parseRequest } from '../request.ts'
import type { Route, RouteBackend } from '../route.ts'
import { isCanary } from './annotations.ts'
import { namedService } from './named-service.ts'

/** One path of an Ingress, or its default backend, as controllers put it into their tables. */
export interface Location {
  readonly ingress: Ingress
  readonly serving: Serving
  readonly route: Route
  /** In lower case; absent: any host. */
  readonly host?: string | undefined
  /** `/` where none is written. */
  readonly path: string
  readonly pathType: 'Exact' | 'Prefix' | 'ImplementationSpecific'
  /** The backend for what no path of this Ingress takes. */
  readonly isDefault: boolean
  readonly isCanary: boolean
}

/** Every path of an Ingress in the order of its rules, the default backend last. */
export function locationsOf(ingress: Ingress, serving: Serving): readonly Location[] {
  const { defaultBackend, rules } = ingress.spec
  const ofRules = rules.flatMap((rule, r) =>
    rule.http.paths.map(({ path, pathType, backend }, p): Location => {
      const host = rule.host === undefined || rule.host === '' ? undefined : rule.host.toLowerCase()
      const at = { host, path: path === undefined || path === '' ? '/' : path, pathType: typeOf(pathType) }
      const field = `spec.rules[${r}].http.paths[${p}]`
      return {
        ...common(ingress, serving),
        ...at,
        isDefault: false,
        route: routeOf(ingress, serving, backend, field, at, `${host ?? '*'}${at.path}`),
      }
    }),
  )
  if (defaultBackend === undefined) return ofRules
  const at = { path: '/', pathType: 'Prefix' } as const
  const title = `${ingress.metadata.name} (default)`
  return [
    ...ofRules,
    {
      ...common(ingress, serving),
      ...at,
      isDefault: true,
      route: routeOf(ingress, serving, defaultBackend, 'spec.defaultBackend', at, title),
    },
  ]
}

const common = (ingress: Ingress, serving: Serving) => ({ ingress, serving, isCanary: isCanary(ingress) })

function typeOf(pathType: string | undefined): Location['pathType'] {
  return pathType === 'Exact' || pathType === 'Prefix' ? pathType : 'ImplementationSpecific'
}

function routeOf(
  ingress: Ingress,
  serving: Serving,
  item: IngressBackend,
  field: string,
  at: Pick<Location, 'host' | 'path' | 'pathType'>,
  title: string,
): Route {
  const by = referenceTo(ingress)
  const isShare = isCanary(ingress)
  const named = isShare ? `${title} (canary)` : title
  const servedBy = [serving]
  const service = namedService(item, ingress, serving)
  const backends: readonly RouteBackend[] =
    service === undefined
      ? []
      : [
          {
            by,
            field: field === 'spec.defaultBackend' ? `${field}.service` : `${field}.backend.service`,
            namespace: by.namespace ?? '',
            service: service.name,
            port: service.port.number ?? service.port.name,
            title: named,
            isShare,
            weight: 1,
            servedBy,
          },
        ]
  return {
    key: `Ingress/${by.namespace}/${by.name}#${field}`,
    by,
    field,
    title: named,
    match: { host: at.host, path: at.path, pathType: at.pathType, further: [] },
    example: example(ingress, at),
    backends,
    servedBy,
  }
}

/** A request that a path is meant for: its host, and the plain beginning of its path. */
function example(ingress: Ingress, { host = 'any.example', path }: Pick<Location, 'host' | 'path'>) {
  const isSecure = ingress.spec.tls.some(({ hosts }) => hosts.length === 0 || hosts.includes(host))
  const plain = /^[\w./~-]*/.exec(path)?.[0] ?? '/'
  return parseRequest(`${isSecure ? 'https' : 'http'}://${host.replace(/^\*/, 'any')}${plain}`)
}
