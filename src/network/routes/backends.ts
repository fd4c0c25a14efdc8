import type { GatewayRoute } from '../../snapshot/kinds/gateway-route.ts'
import type { Ingress, IngressBackend } from '../../snapshot/kinds/ingress.ts'
import type { KubeObject } from '../../snapshot/kinds/kinds.ts'
import { type Gap, type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { joinReads, type Read } from '../inventory/read.ts'

/** A Service that an object other than a workload sends requests to. Whether the route itself works is not said. */
export interface RouteBackend {
  readonly by: ObjectReference
  /** Field of {@link by} that names the Service. */
  readonly field: string
  readonly namespace: string
  readonly service: string
  /** Number or name of the Service port; absent when the object does not say. */
  readonly port?: number | string | undefined
  /** What people call this route: `payment.example.com/`, or the object's own name. */
  readonly title: string
  /** It gets only a share of the route's requests: a canary of ingress-nginx, or one of several weighted backends. */
  readonly isShare: boolean
}

const gatewayRouteKinds = ['HTTPRoute', 'GRPCRoute', 'TLSRoute', 'TCPRoute', 'UDPRoute'] as const
const clusterTable = memoTable<Read<RouteBackend>>('routes.cluster')
const namespaceTable = memoTable<Read<RouteBackend>>('routes.namespace')

/** Consumers of Services that are no workloads: Ingresses, Gateway API routes, webhooks and aggregated APIs. */
export class Routes {
  readonly #inventory: Inventory

  constructor(inventory: Inventory) {
    this.#inventory = inventory
  }

  /** Namespaces that hold any route. */
  namespaces(): readonly string[] {
    const kinds = ['Ingress' as const, ...gatewayRouteKinds]
    return [...new Set(kinds.flatMap((kind) => this.#inventory.namespacesOf(kind)))].sort()
  }

  /** Parts of the cluster that may hold routes and were not read, in any namespace. */
  unread(): readonly Gap[] {
    return ['Ingress' as const, ...gatewayRouteKinds].flatMap((kind) => this.#inventory.gaps(kind))
  }

  /** Backends of the Ingresses and Gateway API routes of a namespace; they may lie in other namespaces. */
  in(namespace: string): Read<RouteBackend> {
    return this.#inventory.memo.get(namespaceTable, namespace, () => {
      const ingresses = this.#inventory.list('Ingress', namespace)
      const routes = gatewayRouteKinds.map((kind) => this.#inventory.list(kind, namespace))
      return {
        ...joinReads<KubeObject>([ingresses, ...routes]),
        items: [
          ...ingresses.items.flatMap(ingressBackends),
          ...routes.flatMap((read) => read.items.flatMap((route) => gatewayBackends(route))),
        ],
      }
    })
  }

  /** Services that the API server itself calls: admission webhooks and aggregated APIs. */
  ofCluster(): Read<RouteBackend> {
    return this.#inventory.memo.get(clusterTable, '', () => {
      const mutating = this.#inventory.list('MutatingWebhookConfiguration')
      const validating = this.#inventory.list('ValidatingWebhookConfiguration')
      const apis = this.#inventory.list('APIService')
      const items = [
        ...[...mutating.items, ...validating.items].flatMap((configuration) =>
          configuration.webhooks.flatMap((webhook, index) => {
            const { service } = webhook.clientConfig
            if (service === undefined) return []
            const field = `webhooks[${index}].clientConfig.service`
            return [
              backend(
                configuration,
                field,
                service.namespace,
                service.name,
                service.port ?? 443,
                webhook.name,
              ),
            ]
          }),
        ),
        ...apis.items.flatMap((api) => {
          const { service } = api.spec
          if (service === undefined) return []
          return [
            backend(
              api,
              'spec.service',
              service.namespace,
              service.name,
              service.port ?? 443,
              api.metadata.name,
            ),
          ]
        }),
      ]
      return { ...joinReads<KubeObject>([mutating, validating, apis]), items }
    })
  }
}

function ingressBackends(ingress: Ingress): readonly RouteBackend[] {
  const { defaultBackend, rules } = ingress.spec
  const isCanary = ingress.metadata.annotations['nginx.ingress.kubernetes.io/canary'] === 'true'
  const one = (item: IngressBackend, field: string, title: string): readonly RouteBackend[] => {
    const { service } = item
    if (service === undefined) return []
    const port = service.port.number ?? service.port.name
    const named = isCanary ? `${title} (canary)` : title
    return [
      {
        ...backend(ingress, `${field}.service`, ingress.metadata.namespace ?? '', service.name, port, named),
        isShare: isCanary,
      },
    ]
  }
  return [
    ...(defaultBackend === undefined
      ? []
      : one(defaultBackend, 'spec.defaultBackend', `${ingress.metadata.name} (default)`)),
    ...rules.flatMap((rule, r) =>
      rule.http.paths.flatMap((path, p) =>
        one(
          path.backend,
          `spec.rules[${r}].http.paths[${p}].backend`,
          `${rule.host ?? '*'}${path.path ?? '/'}`,
        ),
      ),
    ),
  ]
}

function gatewayBackends(route: GatewayRoute): readonly RouteBackend[] {
  const namespace = route.metadata.namespace ?? ''
  const title = `${route.kind} ${route.metadata.name}`
  return route.spec.rules.flatMap((rule, r) => {
    const isShare = rule.backendRefs.filter(({ weight }) => weight !== 0).length > 1
    return rule.backendRefs.flatMap((reference, b) => {
      const isService = (reference.kind ?? 'Service') === 'Service' && (reference.group ?? '') === ''
      // Weight 0 takes no traffic: naming such a backend is no use of it.
      if (!isService || reference.weight === 0) return []
      const field = `spec.rules[${r}].backendRefs[${b}]`
      const to = reference.namespace ?? namespace
      return [{ ...backend(route, field, to, reference.name, reference.port, title), isShare }]
    })
  })
}

function backend(
  object: Parameters<typeof referenceTo>[0],
  field: string,
  namespace: string,
  service: string,
  port: number | string | undefined,
  title: string,
): RouteBackend {
  return { by: referenceTo(object), field, namespace, service, port, title, isShare: false }
}
