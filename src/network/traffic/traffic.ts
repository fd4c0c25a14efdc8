import type { Service } from '../../snapshot/kinds/service.ts'
import { keyOf } from '../../snapshot/snapshot.ts'
import { ownNamespacePod, serviceCandidates } from '../dns/names.ts'
import { canonicalAddress } from '../inventory/address.ts'
import { addressesOf } from '../inventory/bucket.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { distinctGaps, joinReads, mapRead, type Read } from '../inventory/read.ts'
import type { Dial } from '../references/dial.ts'
import type { References } from '../references/references.ts'
import type { RouteBackend } from '../routes/route.ts'
import type { Routes } from '../routes/routes.ts'
import { isReachableFromOutside } from '../services/service-facts.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Workloads } from '../workloads/workloads.ts'
import { type Connection, clientKey, isRouted } from './connection.ts'
import { aliasOf, type Resolved, resolveDestination } from './destination.ts'

type TargetIndex = ReadonlyMap<string, readonly Connection[]>

const destinationTable = memoTable<Resolved>('traffic.destination')
const fromTable = memoTable<Read<Connection>>('traffic.from')
const indexTable = memoTable<Read<TargetIndex>>('traffic.index')
const targetsTable = memoTable<Read<TargetIndex>>('traffic.targets')
const routeIndexTable = memoTable<Read<TargetIndex>>('traffic.routes')

/** Who talks to whom, as far as objects show it. */
export class Traffic {
  readonly #inventory: Inventory
  readonly #workloads: Workloads
  readonly #references: References
  readonly #routes: Routes

  constructor(inventory: Inventory, workloads: Workloads, references: References, routes: Routes) {
    this.#inventory = inventory
    this.#workloads = workloads
    this.#references = references
    this.#routes = routes
  }

  destination(connection: Connection): Resolved {
    return this.#inventory.memo.get(
      destinationTable,
      connection,
      () => this.#ofRoute(connection) ?? resolveDestination(connection, this.#inventory),
    )
  }

  /** Controllers have their own ideas of what the port of a backend means. */
  #ofRoute({ client }: Connection): Resolved | undefined {
    if (client.kind !== 'route' || !isRouted(client)) return undefined
    const fate = this.#routes.fate(client.backend)
    if (fate.is === 'ends') return undefined
    const { service, port } = fate
    return { destination: { kind: 'service', service, port, by: 'reference' }, gaps: [] }
  }

  /** Everything that a workload dials, one connection per host, port and protocol. */
  from(workload: Workload): Read<Connection> {
    return this.#inventory.memo.get(fromTable, workload, () =>
      mapRead(this.#references.of(workload), (dials) => connectionsOf(workload, dials)),
    )
  }

  /** Connections that the routes of a namespace open. */
  fromRoutes(namespace: string): Read<Connection> {
    return mapRead(this.#routes.backendsIn(namespace), (backends) => backends.map(routeConnection))
  }

  /** Everyone who refers to a Service: workloads, routes, the API server, and the outside for a NodePort. */
  to(service: Service): Read<Connection> {
    const { namespace, name } = service.metadata
    const targets = [`service/${namespace}/${name}`, ...addressesOf(service).map(addressTarget)]
    return mapRead(this.#targets(), ([index]) => [
      ...new Set(targets.flatMap((target) => index?.get(target) ?? [])),
      ...outside(service),
    ])
  }

  /** Everyone who refers to a Service by this name, whether or not it exists. */
  toName(namespace: string, name: string): Read<Connection> {
    return mapRead(this.#targets(), ([index]) => index?.get(`service/${namespace}/${name}`) ?? [])
  }

  /** Connections to this address, whoever has it. */
  toAddress(address: string): Read<Connection> {
    return mapRead(this.#targets(), ([index]) => index?.get(addressTarget(address)) ?? [])
  }

  /**
   * Everyone who dials a host: the Services that it can mean for a pod of the namespace by whatever name, or just this name.
   */
  toHost(host: string, namespace: string): Read<Connection> {
    return mapRead(this.#targets(), ([index]) => [
      ...new Set(namedTargets(host, namespace).flatMap((target) => index?.get(target) ?? [])),
    ])
  }

  /** Everyone's connections. A namespace of which nothing was read may hold more: that is among the gaps. */
  #targets(): Read<TargetIndex> {
    return this.#inventory.memo.get(targetsTable, '', () => {
      const all = [
        ...this.#workloads.namespaces().map((namespace) => this.#index(namespace)),
        ...this.#routes.namespaces().map((namespace) => this.#routeIndex(namespace)),
        this.#clusterIndex(),
      ]
      const { gaps, open } = joinReads<unknown>(all)
      const unread = [...this.#workloads.unread(), ...this.#routes.unread()]
      return { gaps: distinctGaps([gaps, unread]), open, items: [merged(all.flatMap(({ items }) => items))] }
    })
  }

  #index(namespace: string): Read<TargetIndex> {
    return this.#inventory.memo.get(indexTable, namespace, () => {
      const workloads = this.#workloads.in(namespace)
      const reads = workloads.items.map((workload) => this.from(workload))
      const connections = reads.flatMap((read) => read.items)
      return { ...joinReads<unknown>([workloads, ...reads]), items: [indexByTarget(connections, namespace)] }
    })
  }

  #routeIndex(namespace: string): Read<TargetIndex> {
    return this.#inventory.memo.get(routeIndexTable, namespace, () =>
      mapRead(this.fromRoutes(namespace), (items) => [indexByTarget(items, namespace)]),
    )
  }

  #clusterIndex(): Read<TargetIndex> {
    return this.#inventory.memo.get(routeIndexTable, '', () =>
      mapRead(this.#routes.ofCluster(), (backends) => [indexByTarget(backends.map(routeConnection), '')]),
    )
  }
}

/** Groups what one workload dials. */
function connectionsOf(workload: Workload, dials: readonly Dial[]): readonly Connection[] {
  const groups = Map.groupBy(dials, (dial) => `${dial.host}|${dial.port ?? ''}|${dial.protocol}`)
  return [...groups].flatMap(([target, group]) => {
    const [first] = group
    if (first === undefined) return []
    const { host, address, port, protocol } = first
    return [
      {
        key: `${workload.key}|${target}`,
        client: { kind: 'workload', workload },
        host,
        address,
        port,
        protocol,
        dials: group,
      },
    ]
  })
}

/** The connection that whoever serves a route opens to a backend. */
export function routeConnection(backend: RouteBackend): Connection {
  const client = { kind: 'route', backend } as const
  const { namespace, service, port } = backend
  return {
    key: `${clientKey(client)}|${namespace}/${service}|${port ?? ''}`,
    client,
    host: `${service}.${namespace}`,
    port: typeof port === 'number' ? port : undefined,
    target: { namespace, service, port },
    protocol: 'TCP',
    dials: [],
  }
}

/** Connections from outside to each port of a NodePort or LoadBalancer Service. */
function outside(service: Service): readonly Connection[] {
  if (!isReachableFromOutside(service)) return []
  return service.spec.ports.map((port) =>
    serviceConnection({ kind: 'outside', service }, service, port.port, port.protocol),
  )
}

/** The connection of some client to one port of a Service, named as an object. */
export function serviceConnection(
  client: Connection['client'],
  service: Service,
  port: number | undefined,
  protocol: string | undefined,
): Connection {
  const { name, namespace = '' } = service.metadata
  return {
    key: `${clientKey(client)}|${keyOf({ kind: 'Service', namespace, name })}|${port ?? ''}|${protocol ?? 'TCP'}`,
    client,
    host: name,
    port,
    target: { namespace, service: name, port },
    protocol: protocol ?? 'TCP',
    dials: [],
  }
}

const addressTarget = (address: string): string => `address/${canonicalAddress(address)}`

/** What a connection names, whether or not it exists: Services, an address, or a host of the outside. */
function targetsOf(connection: Connection, namespace: string): readonly string[] {
  const { target, address, host, client } = connection
  if (target !== undefined) return [`service/${target.namespace}/${target.service}`]
  if (address !== undefined) return [addressTarget(host)]
  const alias = client.kind === 'workload' ? aliasOf(host, client.workload) : undefined
  if (alias !== undefined) return [addressTarget(alias)]
  return namedTargets(host, namespace)
}

function namedTargets(host: string, namespace: string): readonly string[] {
  // `a.b` may be the pod `a` of the headless Service `b`, or the Service `a` of the namespace `b`.
  const names = [serviceCandidates(host, namespace), ownNamespacePod(host, namespace)]
  const services = names.flatMap((name) =>
    name === undefined ? [] : [`service/${name.namespace}/${name.service}`],
  )
  return services.length === 0 ? [`host/${host}`] : services
}

function indexByTarget(connections: readonly Connection[], namespace: string): TargetIndex {
  const index = new Map<string, Connection[]>()
  for (const connection of connections)
    for (const target of targetsOf(connection, namespace)) add(index, target, [connection])
  return index
}

function merged(indexes: readonly TargetIndex[]): TargetIndex {
  const all = new Map<string, Connection[]>()
  for (const index of indexes) for (const [target, connections] of index) add(all, target, connections)
  return all
}

function add(index: Map<string, Connection[]>, target: string, connections: readonly Connection[]): void {
  const known = index.get(target)
  if (known === undefined) index.set(target, [...connections])
  else for (const connection of connections) known.push(connection)
}
