import type { Gap } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { joinReads, mapRead, type Read } from '../inventory/read.ts'
import type { Services } from '../services/services.ts'
import type { Workloads } from '../workloads/workloads.ts'
import { controlPlaneBackends } from './control-plane.ts'
import { Controllers } from './controllers.ts'
import { GatewayRoutes } from './gateway/gateway.ts'
import { IngressRoutes } from './ingress/ingress.ts'
import type { RouteRequest } from './request.ts'
import type { BackendFate, Route, RouteAnswer, RouteBackend, RouteSource } from './route.ts'

const clusterTable = memoTable<Read<RouteBackend>>('routes.cluster')
const routesTable = memoTable<Read<Route>>('routes.in')
const backendsTable = memoTable<Read<RouteBackend>>('routes.backends')
const fateTable = memoTable<BackendFate>('routes.fate')

/** The ways from outside to Services, and what the API server itself calls. */
export class Routes {
  readonly controllers: Controllers
  readonly ingress: IngressRoutes
  readonly gateway: GatewayRoutes
  readonly #inventory: Inventory
  readonly #sources: readonly RouteSource[]

  constructor(inventory: Inventory, workloads: Workloads, services: Services) {
    this.#inventory = inventory
    this.controllers = new Controllers(inventory, workloads)
    const parts = { inventory, workloads, services, controllers: this.controllers }
    this.ingress = new IngressRoutes(parts)
    this.gateway = new GatewayRoutes(parts)
    this.#sources = [this.ingress, this.gateway]
  }

  /** Namespaces that hold any route. */
  namespaces(): readonly string[] {
    return [...new Set(this.#sources.flatMap((source) => source.namespaces()))].sort()
  }

  /** Parts of the cluster that may hold routes and were not read, in any namespace. */
  unread(): readonly Gap[] {
    return this.#sources.flatMap((source) => source.unread())
  }

  /** The routes of a namespace; their backends may lie in other namespaces. */
  in(namespace: string): Read<Route> {
    return this.#inventory.memo.get(routesTable, namespace, () =>
      joinReads(this.#sources.map((source) => source.in(namespace))),
    )
  }

  /** Backends of the routes of a namespace, each field of each object once. */
  backendsIn(namespace: string): Read<RouteBackend> {
    return this.#inventory.memo.get(backendsTable, namespace, () =>
      mapRead(this.in(namespace), (routes) => {
        const all = routes.flatMap(({ backends }) => backends)
        return [
          ...new Map(all.map((item) => [`${item.by.kind}/${item.by.name}#${item.field}`, item])).values(),
        ]
      }),
    )
  }

  /** What becomes of the requests that a route sends to a backend; those of the API server itself go on. */
  fate(backend: RouteBackend): BackendFate {
    return this.#inventory.memo.get(fateTable, backend, () =>
      (backend.by.kind === 'Ingress' ? this.ingress : this.gateway).fate(backend),
    )
  }

  /** What each controller and each Gateway makes of a request: those that have a route for it first. */
  answers(request: RouteRequest): Read<RouteAnswer> {
    return mapRead(joinReads(this.#sources.map((source) => source.answers(request))), (answers) => [
      ...answers.filter(({ route }) => route !== undefined),
      ...answers.filter(({ route }) => route === undefined),
    ])
  }

  /** Services that the API server itself calls: admission webhooks and aggregated APIs. */
  ofCluster(): Read<RouteBackend> {
    return this.#inventory.memo.get(clusterTable, '', () => controlPlaneBackends(this.#inventory))
  }
}
