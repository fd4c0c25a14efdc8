import { clientWorkloads } from '../../network/flows/client-pods.ts'
import { memoTable } from '../../network/inventory/memo.ts'
import type { Network } from '../../network/network.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import { keyOf } from '../../snapshot/snapshot.ts'
import { allBlamed, type Blamed, type DenialGroup } from './denied-group.ts'

/** Denials of the proxies of routes in one namespace, for one reason: one fault, however many policies and routes. */
export interface ProxyDenials {
  /** One for each policy that is to blame, by name. */
  readonly groups: readonly DenialGroup[]
  readonly connections: readonly Connection[]
}

const table = memoTable<ReadonlyMap<string, ProxyDenials>>('rules.policy.proxies')

/** The faults that a route's connection meets, as those of its namespace share them. */
export function proxyDenialsOf(connection: Connection, network: Network): readonly ProxyDenials[] {
  const own = allBlamed(connection, network)
  if (own.length === 0) return []
  const { client } = connection
  const namespace = client.kind === 'route' ? (client.backend.by.namespace ?? '') : ''
  const all = network.inventory.memo.get(table, namespace, () => collect(namespace, network))
  return [...new Set(own.map(reasonKey))].flatMap((key) => all.get(key) ?? [])
}

function collect(namespace: string, network: Network): ReadonlyMap<string, ProxyDenials> {
  const blamed = network.traffic
    .fromRoutes(namespace)
    .items.flatMap((connection) => allBlamed(connection, network))
  return new Map(
    [...Map.groupBy(blamed, reasonKey)].map(([key, members]) => [
      key,
      {
        groups: byPolicy(members),
        connections: [...new Set(members.map(({ denial }) => denial.connection))],
      },
    ]),
  )
}

function byPolicy(members: readonly Blamed[]): readonly DenialGroup[] {
  return [...Map.groupBy(members, ({ policy }) => keyOf(policy))]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flatMap(([, group]) => {
      const [first] = group
      if (first === undefined) return []
      const denials = group.map(({ denial }) => denial)
      return [{ kind: first.kind, policy: first.policy, denials }]
    })
}

/** Direction, proxies, and what the nearest rule asks for in vain. Without a near rule each policy is a fault of its own. */
function reasonKey({ denial, kind, policy }: Blamed): string {
  const proxies = clientWorkloads(denial.connection.client).map(({ key }) => key)
  const failing = kind.is === 'cluster-policy' ? [] : (kind.miss?.failing ?? [])
  const wanted = failing.map(({ is, wanted: text }) => `${is} ${text}`).sort()
  return [denial.direction, ...proxies, ...(wanted.length === 0 ? [keyOf(policy)] : wanted)].join('|')
}
