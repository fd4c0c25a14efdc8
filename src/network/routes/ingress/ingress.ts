import { type Gap, keyOf } from '../../../snapshot/snapshot.ts'
import { memoTable } from '../../inventory/memo.ts'
import { mapRead, type Read } from '../../inventory/read.ts'
import type { Serving } from '../controllers.ts'
import type { RouteRequest } from '../request.ts'
import type { BackendFate, Route, RouteAnswer, RouteBackend, RouteSource } from '../route.ts'
import type { RouteParts } from '../route-parts.ts'
import { answersOf } from './answer.ts'
import { mainOf } from './canary.ts'
import { fateOf } from './fate.ts'
import { type Location, locationsOf } from './locations.ts'
import { type Table, tableOfServing, tablesOf } from './tables.ts'

const locationsTable = memoTable<Read<Location>>('routes.ingress.locations')

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
    return mapRead(this.locations(namespace), (locations) => locations.map(({ route }) => route))
  }

  /** The paths of all Ingresses of a namespace, by name of the Ingress. */
  locations(namespace: string): Read<Location> {
    const { inventory, controllers } = this.#parts
    return inventory.memo.get(locationsTable, namespace, () =>
      mapRead(inventory.list('Ingress', namespace), (ingresses) =>
        ingresses.flatMap((ingress) => locationsOf(ingress, controllers.forIngress(ingress))),
      ),
    )
  }

  fate(backend: RouteBackend): BackendFate {
    const { inventory } = this.#parts
    const [ingress] = inventory.get('Ingress', backend.by.namespace ?? '', backend.by.name).items
    if (ingress === undefined) throw new Error(`no ${keyOf(backend.by)} in its own world`)
    return fateOf(backend, ingress, this.#parts)
  }

  answers(request: RouteRequest): Read<RouteAnswer> {
    const { inventory, controllers } = this.#parts
    const answers = tablesOf(inventory, controllers).flatMap((table) =>
      answersOf(table, request, this.#parts),
    )
    const { gaps, open } = inventory.list('Ingress')
    return { items: answers, gaps, open }
  }

  /** The table that the Ingresses of one controller stand in. */
  table(serving: Serving): Table | undefined {
    return tableOfServing(serving, this.#parts.inventory, this.#parts.controllers)
  }

  /** The main location of a canary; `undefined` where none has its host, path and type. */
  mainOf(canary: Location): Location | undefined {
    const table = this.table(canary.serving)
    return table === undefined ? undefined : mainOf(canary, table)
  }
}
