import type { Service } from '../../snapshot/kinds/service.ts'
import { type Lookup, lookUp } from '../dns/lookup.ts'
import { type Meaning, meaningOf } from '../dns/meaning.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import type { Services } from '../services/services.ts'
import type { Connection } from '../traffic/connection.ts'
import type { Traffic } from '../traffic/traffic.ts'
import { needsLookup } from './lookups.ts'

/** What names are looked up with. */
export interface NameParts {
  readonly inventory: Inventory
  readonly services: Services
  readonly traffic: Traffic
}

/** A name that a connection uses, as the client's pods resolve it. */
export interface NameLookup {
  readonly lookup: Lookup
  /** The Service that the name stands for by the schema of cluster names. */
  readonly meant?: Service | undefined
  readonly meaning: Meaning
}

const table = memoTable<NameLookup | undefined>('flows.nameLookups')

/** `undefined` for a connection that needs no lookup. */
export function nameLookup(connection: Connection, parts: NameParts): NameLookup | undefined {
  const { client, host } = connection
  if (client.kind !== 'workload' || !needsLookup(connection)) return undefined
  return parts.inventory.memo.get(table, connection, () => {
    const lookup = lookUp(host, client.workload, parts)
    const { destination } = parts.traffic.destination(connection)
    const meant = destination.kind === 'service' ? destination.service : undefined
    return { lookup, meant, meaning: meaningOf(lookup, meant, parts) }
  })
}
