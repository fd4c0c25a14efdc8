import type { Direction } from '../policy/model.ts'
import { type Endpoint, endpointName } from '../services/endpoint.ts'
import { type Connection, clientKey, type Destination } from '../traffic/connection.ts'
import { type Place, place } from '../traffic/place.ts'

/** Where a policy hop lies: the client and what it reaches, as one pair, whichever endpoint is met. */
export function flowPlace(
  direction: Direction,
  connection: Connection,
  destination: Destination,
  endpoint?: Endpoint,
): Place {
  return place[direction](clientKey(connection.client), target(connection, destination, endpoint))
}

function target(
  { host, port }: Connection,
  destination: Destination,
  endpoint: Endpoint | undefined,
): string {
  if (destination.kind === 'service') {
    const { name, namespace } = destination.service.metadata
    return `${namespace}/${name}:${destination.port?.port ?? port ?? '-'}`
  }
  return endpoint === undefined ? `${host}:${port ?? '-'}` : endpointName(endpoint)
}
