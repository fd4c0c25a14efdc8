import type { Gateway } from '../../../snapshot/kinds/gateway.ts'
import type { GatewayRoute, GatewayRouteKind } from '../../../snapshot/kinds/gateway-route.ts'
import type { Inventory } from '../../inventory/inventory.ts'
import { memoTable } from '../../inventory/memo.ts'
import { joinReads, mapRead, type Read } from '../../inventory/read.ts'
import { type Parent, parentsOf } from './parents.ts'

export const gatewayRouteKinds: readonly GatewayRouteKind[] = [
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'UDPRoute',
]

/** A route with one of its parents. */
export interface RouteUnder {
  readonly route: GatewayRoute
  readonly parent: Parent
}

type Index = ReadonlyMap<string, readonly RouteUnder[]>

const table = memoTable<Read<Index>>('gateway.under')

/** Every route that names a Gateway, or a ListenerSet of it, whether or not it is taken. */
export function routesUnder(gateway: Gateway, inventory: Inventory): Read<RouteUnder> {
  const index = inventory.memo.get(table, '', () => {
    const reads = gatewayRouteKinds.map((kind): Read<GatewayRoute> => inventory.list(kind))
    return mapRead(joinReads(reads), (routes) => [
      Map.groupBy(
        routes.flatMap((route) => parentsOf(route, inventory).map((parent) => ({ route, parent }))),
        ({ parent }) => keyOf(parent.gateway),
      ),
    ])
  })
  return mapRead(index, ([found]) => found?.get(keyOf(gateway)) ?? [])
}

const keyOf = (gateway: Gateway | undefined): string =>
  gateway === undefined ? '' : `${gateway.metadata.namespace}/${gateway.metadata.name}`
