import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { clientKey } from '../../network/traffic/connection.ts'
import { type Place, place } from '../../network/traffic/place.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import { say, type Text } from '../text.ts'

/** What keeps the API server from a Service that it calls. */
export interface BackendFault {
  readonly kind: 'no-service' | 'no-port' | 'no-endpoint'
  readonly words: Text
  readonly service?: Service | undefined
}

/** A Service as a webhook configuration or an APIService names it. */
export interface NamedService {
  readonly namespace: string
  readonly name: string
  readonly port?: number | undefined
}

/** Why a call of the API server to a Service fails; `undefined` when it has a ready endpoint for that port. */
export function backendFault(target: NamedService, network: Network): BackendFault | undefined {
  const { namespace, name } = target
  const read = network.services.get(namespace, name)
  const [service] = read.items
  if (service === undefined) {
    whole(read)
    return { kind: 'no-service', words: say`Service ${`${namespace}/${name}`} does not exist` }
  }
  const number = target.port ?? 443
  const port = service.spec.ports.find((item) => item.port === number)
  if (port === undefined) {
    return { kind: 'no-port', service, words: say`Service ${`${namespace}/${name}`} has no port ${number}` }
  }
  const endpoints = whole(network.services.ofPort(service, port))
  const usable = endpoints.filter(({ ready, serving, terminating }) => ready || (serving && terminating))
  if (usable.length > 0 || service.spec.type === 'ExternalName') return undefined
  const words =
    endpoints.length === 0
      ? say`Service ${`${namespace}/${name}`} has no endpoint`
      : say`none of ${endpoints.length} endpoints of Service ${`${namespace}/${name}`} is ready`
  return { kind: 'no-endpoint', service, words }
}

/** Places on the way of the API server to that Service: its name, the Service and its pods. */
export function placesOf(
  by: ObjectReference,
  field: string,
  target: NamedService,
  network: Network,
): readonly Place[] {
  const backend = network.routes
    .ofCluster()
    .items.find((item) => item.by.kind === by.kind && item.by.name === by.name && item.field === field)
  const [service] = network.services.get(target.namespace, target.name).items
  return [
    ...(backend === undefined
      ? []
      : [place.name(clientKey({ kind: 'route', backend }), `${target.name}.${target.namespace}`)]),
    ...(service === undefined ? [] : [place.service(service)]),
  ]
}
