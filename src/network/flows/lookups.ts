import type { Gap } from '../../snapshot/snapshot.ts'
import { type Nameserver, resolverOf } from '../dns/resolver.ts'
import { parseAddress } from '../inventory/address.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { type Client, type Connection, clientKey } from '../traffic/connection.ts'
import { aliasOf } from '../traffic/destination.ts'
import { serviceConnection } from '../traffic/traffic.ts'

const dnsPort = 53

/** A question to one of a client's nameservers: a connection like any other. */
export interface Lookup {
  readonly nameserver: Nameserver
  readonly connection: Connection
  /** The same question to the cache of the node, where the kubelet may have sent the pods there instead. */
  readonly instead?: Connection | undefined
}

export interface Lookups {
  /** One for each nameserver that an object shows, in the order of the pod's resolv.conf. */
  readonly items: readonly Lookup[]
  /** Nameservers that no object shows: those of the node. */
  readonly hidden: number
  readonly gaps: readonly Gap[]
  readonly protocol: 'UDP' | 'TCP'
}

/** Whether a workload has to ask a nameserver for the host that it dials: not for addresses, nor for what `/etc/hosts` has. */
export function needsLookup({ client, host, address, target }: Connection): boolean {
  if (client.kind !== 'workload' || address !== undefined || target !== undefined) return false
  return host !== 'localhost' && aliasOf(host, client.workload) === undefined
}

/**
 * The lookups of a client's pods.
 *
 * @param protocol what is asked over; by default what the resolver uses first
 */
export function lookupsOf(client: Client, inventory: Inventory, protocol?: 'UDP' | 'TCP'): Lookups {
  if (client.kind !== 'workload') return { items: [], hidden: 0, gaps: [], protocol: protocol ?? 'UDP' }
  const table = protocol === undefined ? firstTable : protocol === 'UDP' ? udpTable : tcpTable
  return inventory.memo.get(table, client.workload, () =>
    lookupsOfWorkload({ kind: 'workload', workload: client.workload }, inventory, protocol),
  )
}

const firstTable = memoTable<Lookups>('flows.lookups')
const udpTable = memoTable<Lookups>('flows.lookups.UDP')
const tcpTable = memoTable<Lookups>('flows.lookups.TCP')

function lookupsOfWorkload(
  client: Extract<Client, { kind: 'workload' }>,
  inventory: Inventory,
  protocol: 'UDP' | 'TCP' | undefined,
): Lookups {
  const { nameservers, gaps, usesTcp } = resolverOf(client.workload.spec, inventory)
  const over = protocol ?? (usesTcp ? 'TCP' : 'UDP')
  const items = nameservers.flatMap((nameserver): readonly Lookup[] => {
    const connection = connectionTo(nameserver, client, over)
    if (connection === undefined) return []
    const [cache] = nameserver.kind === 'cluster' ? (nameserver.cache?.addresses ?? []) : []
    const instead = cache === undefined ? undefined : toAddress(client, cache, over, true)
    return [{ nameserver, connection, instead }]
  })
  return { items, hidden: nameservers.length - items.length, gaps, protocol: over }
}

function connectionTo(
  { kind, address, service }: Nameserver,
  client: Client,
  protocol: 'UDP' | 'TCP',
): Connection | undefined {
  if (kind === 'cluster' && service !== undefined)
    return serviceConnection(client, service, dnsPort, protocol)
  return address === undefined ? undefined : toAddress(client, address, protocol, kind === 'node-local')
}

function toAddress(
  client: Client,
  host: string,
  protocol: 'UDP' | 'TCP',
  isOnOwnNode: boolean,
): Connection | undefined {
  const parsed = parseAddress(host)
  if (parsed === undefined) return undefined
  return {
    key: `${clientKey(client)}|${host}|${dnsPort}|${protocol}`,
    client,
    host,
    address: parsed.bits === 128 ? 6 : 4,
    port: dnsPort,
    protocol,
    isOnOwnNode: isOnOwnNode ? true : undefined,
    dials: [],
  }
}
