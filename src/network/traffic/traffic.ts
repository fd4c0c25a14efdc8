import type { Service } from '../../snapshot/kinds/service.ts'
import { keyOf } from '../../snapshot/snapshot.ts'
import { serviceCandidates } from '../dns/names.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { joinReads, mapRead, type Read } from '../inventory/read.ts'
import type { Dial } from '../references/dial.ts'
import type { References } from '../references/references.ts'
import type { RouteBackend, Routes } from '../routes/backends.ts'
import { isReachableFromOutside } from '../services/service-facts.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Workloads } from '../workloads/workloads.ts'
import { type Connection, clientKey } from './connection.ts'
import { type Resolved, resolveDestination } from './destination.ts'

type TargetIndex = ReadonlyMap<string, readonly Connection[]>

const indexTable = memoTable<Read<TargetIndex>>('traffic.index')
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
    return resolveDestination(connection, this.#inventory)
  }

  /** Everything that a workload dials, one connection per host, port and protocol. */
  from(workload: Workload): Read<Connection> {
    return mapRead(this.#references.of(workload), (dials) => connectionsOf(workload, dials))
  }

  /** Connections that the routes of a namespace open. */
  fromRoutes(namespace: string): Read<Connection> {
    return mapRead(this.#routes.in(namespace), (backends) => backends.map(routeConnection))
  }

  /** Everyone who refers to a Service: workloads, routes, the API server, and the outside for a NodePort. */
  to(service: Service): Read<Connection> {
    const target = `service/${service.metadata.namespace}/${service.metadata.name}`
    const addresses = new Set([service.spec.clusterIP ?? '', ...(service.spec.clusterIPs ?? [])])
    const targets = [
      target,
      ...[...addresses].filter((ip) => ip !== '' && ip !== 'None').map((ip) => `address/${ip}`),
    ]
    const namespaces = this.#workloads.namespaces().map((namespace) => this.#index(namespace))
    const routes = this.#routes.namespaces().map((namespace) => this.#routeIndex(namespace))
    const all = [...namespaces, ...routes, this.#clusterIndex()]
    // A namespace of which nothing was read may hold callers too.
    const unread = [...this.#workloads.unread(), ...this.#routes.unread()]
    const { gaps, open } = joinReads<unknown>(all)
    return {
      gaps: [...new Map([...gaps, ...unread].map((gap) => [JSON.stringify(gap), gap])).values()],
      open,
      items: [
        ...all.flatMap((read) =>
          read.items.flatMap((index) => targets.flatMap((key) => index.get(key) ?? [])),
        ),
        ...outside(service),
      ],
    }
  }

  /** Connections to this address, whoever has it. */
  toAddress(address: string): Read<Connection> {
    const all = this.#workloads.namespaces().map((namespace) => this.#index(namespace))
    return {
      ...joinReads<unknown>(all),
      items: all.flatMap((read) => read.items.flatMap((index) => index.get(`address/${address}`) ?? [])),
    }
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
export function connectionsOf(workload: Workload, dials: readonly Dial[]): readonly Connection[] {
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

function routeConnection(backend: RouteBackend): Connection {
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

/** Connections under the Service or address that they name, whether or not it exists. */
function indexByTarget(connections: readonly Connection[], namespace: string): TargetIndex {
  return Map.groupBy(connections, (connection) => {
    if (connection.target !== undefined)
      return `service/${connection.target.namespace}/${connection.target.service}`
    if (connection.address !== undefined) return `address/${connection.host}`
    const candidate = serviceCandidates(connection.host, namespace)
    return candidate === undefined
      ? `host/${connection.host}`
      : `service/${candidate.namespace}/${candidate.service}`
  })
}
