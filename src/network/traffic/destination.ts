import { isKind, type KubeObject } from '../../snapshot/kinds/kinds.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import { type Gap, keyOf } from '../../snapshot/snapshot.ts'
import {
  asksClusterDns,
  isPublicTail,
  ownNamespacePod,
  type ServiceName,
  serviceCandidates,
} from '../dns/names.ts'
import { inAnyRange, isLoopback, parseAddress } from '../inventory/address.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import type { Read } from '../inventory/read.ts'
import { podRangeOf } from '../references/pod-ranges.ts'
import { isHeadless } from '../services/service-facts.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Connection, Destination } from './connection.ts'

/** A destination, or what was missing to tell it. */
export interface Resolved {
  readonly destination: Destination
  /** Not empty: the destination is not known, because these were not read. */
  readonly gaps: readonly Gap[]
  /** Set when the answer rests on absence in an open world. */
  readonly open?: Read<unknown>['open']
}

const namesTable = memoTable<ReadonlyMap<string, readonly Service[]>>('traffic.servicesByName')

const known = (destination: Destination): Resolved => ({ destination, gaps: [] })
const external = known({ kind: 'external' })

/** What the address of a connection leads to, by names and addresses alone; ports, policies and pods are judged later. */
export function resolveDestination(connection: Connection, inventory: Inventory): Resolved {
  if (connection.isOnOwnNode) return external
  if (connection.target !== undefined) {
    const { namespace, service, port } = connection.target
    return byReference(namespace, service, port, connection.protocol, inventory)
  }
  if (connection.address !== undefined)
    return byAddress(connection.host, connection.port, connection.protocol, inventory)
  return byName(connection, inventory)
}

function byReference(
  namespace: string,
  name: string,
  port: number | string | undefined,
  protocol: string,
  inventory: Inventory,
): Resolved {
  const read = inventory.get('Service', namespace, name)
  const [service] = read.items
  if (service === undefined) {
    return {
      destination: { kind: 'missing-service', namespace, name, elsewhere: [] },
      gaps: read.gaps,
      open: read.open,
    }
  }
  const named = service.spec.ports.filter((item) =>
    typeof port === 'string' ? item.name === port : item.port === port,
  )
  // One number may be there over both protocols.
  const found = named.find((item) => (item.protocol ?? 'TCP') === protocol) ?? named[0]
  return known({
    kind: 'service',
    service,
    port: port === undefined ? service.spec.ports[0] : found,
    by: 'reference',
  })
}

function portOf(service: Service, port: number | undefined, protocol: string): ServicePort | undefined {
  const matching = service.spec.ports.filter((item) => (item.protocol ?? 'TCP') === protocol)
  if (port !== undefined) {
    // Texts seldom say whether they mean UDP.
    return (
      matching.find((item) => item.port === port) ?? service.spec.ports.find((item) => item.port === port)
    )
  }
  return service.spec.ports.length === 1 ? service.spec.ports[0] : undefined
}

function byName(connection: Connection, inventory: Inventory): Resolved {
  const { host, client, port, protocol } = connection
  if (client.kind !== 'workload') return external
  const { workload } = client
  if (host === 'localhost' || host.endsWith('.localhost')) return known({ kind: 'loopback' })
  const alias = aliasOf(host, workload)
  if (alias !== undefined) return byAddress(alias, port, protocol, inventory)
  const candidate = nameFor(host, workload.namespace, inventory)
  if (candidate === undefined) return external
  const { service: name, namespace } = candidate
  const read = inventory.get('Service', namespace, name)
  const [service] = read.items
  if (service !== undefined)
    return known({ kind: 'service', service, port: portOf(service, port, protocol), by: 'name' })
  if (isServedElsewise(host, workload, inventory)) return external
  const elsewhere = servicesNamed(name, inventory)
  if (candidate.via === 'namespaced' && !hasNamespace(namespace, inventory)) {
    // `x.y` is far more often a host of the outside world than a slip in a namespace.
    return elsewhere.length === 0 || isPublicTail(namespace)
      ? external
      : {
          destination: { kind: 'missing-service', namespace, name, elsewhere },
          gaps: inventory.gaps('Namespace'),
          open: read.open,
        }
  }
  return {
    destination: { kind: 'missing-service', namespace, name, elsewhere },
    gaps: read.gaps,
    open: read.open,
  }
}

/** The address that a workload's pods have for a host in their `/etc/hosts`, which is asked before DNS. */
export function aliasOf(host: string, { spec }: Workload): string | undefined {
  return spec.hostAliases.find(({ hostnames }) => hostnames.some((name) => name.toLowerCase() === host))?.ip
}

function servicesNamed(name: string, inventory: Inventory): readonly Service[] {
  const index = inventory.memo.get(namesTable, '', () =>
    Map.groupBy(inventory.list('Service').items, ({ metadata }) => metadata.name),
  )
  return index.get(name) ?? []
}

/** The search list tries `pod.service` of the pod's own namespace before `service.namespace`. */
function nameFor(host: string, namespace: string, inventory: Inventory): ServiceName | undefined {
  const own = ownNamespacePod(host, namespace)
  const [service] = own === undefined ? [] : inventory.get('Service', namespace, own.service).items
  return service !== undefined && isHeadless(service) ? own : serviceCandidates(host, namespace)
}

function hasNamespace(name: string, inventory: Inventory): boolean {
  return (
    inventory.get('Namespace', '', name).items.length > 0 || inventory.list('Service', name).items.length > 0
  )
}

/** Names that something else than a Service may answer: other search domains, or a Corefile that mentions the name. */
function isServedElsewise(host: string, workload: Workload, inventory: Inventory): boolean {
  if (!asksClusterDns(workload.spec)) return true
  if ((workload.spec.dnsConfig?.searches.length ?? 0) > 0) return true
  const corefiles = inventory
    .list('ConfigMap', 'kube-system')
    .items.filter(({ metadata }) => metadata.name.startsWith('coredns'))
  return corefiles.some(({ data }) => Object.values(data).some((text) => mentions(text, host)))
}

/** Whether a host stands in a text as a word of its own. */
function mentions(text: string, host: string): boolean {
  for (let at = text.indexOf(host); at !== -1; at = text.indexOf(host, at + 1)) {
    const before = text[at - 1] ?? ' '
    const after = text[at + host.length] ?? ' '
    if (!/[\w-]/.test(before) && !/[\w-]/.test(after)) return true
  }
  return false
}

function byAddress(
  address: string,
  port: number | undefined,
  protocol: string,
  inventory: Inventory,
): Resolved {
  const parsed = parseAddress(address)
  if (parsed === undefined) return external
  if (isLoopback(parsed)) return known({ kind: 'loopback' })
  const read = inventory.byAddress(address)
  const owner = ownerOf(read.items)
  if (owner !== undefined) {
    if (isKind(owner, 'Service'))
      return known({
        kind: 'service',
        service: owner,
        port: portOf(owner, port, protocol),
        by: 'cluster-ip',
        family: parsed.bits === 128 ? 'IPv6' : 'IPv4',
      })
    if (isKind(owner, 'Node')) return known({ kind: 'node', name: owner.metadata.name })
    // The node's own address; a Node that was read would have come first.
    if (isKind(owner, 'Pod') && owner.spec.hostNetwork === true && owner.spec.nodeName !== undefined)
      return known({ kind: 'node', name: owner.spec.nodeName })
    if (isKind(owner, 'Pod'))
      return known({ kind: 'pod', namespace: owner.metadata.namespace ?? '', name: owner.metadata.name })
    return external
  }
  const range = rangeOf(address, inventory)
  return range === undefined ? external : { destination: range, gaps: read.gaps, open: read.open }
}

const identity = ({ kind, metadata }: KubeObject) => ({ kind, ...metadata })

/** The owner that decides: a Node before its hostNetwork pods, a living pod before a finished one, slices last. */
function ownerOf(objects: readonly KubeObject[]): KubeObject | undefined {
  const rank = (object: KubeObject): number => {
    if (isKind(object, 'Node')) return 0
    if (isKind(object, 'Service')) return isHeadless(object) ? 4 : 1
    if (isKind(object, 'Pod'))
      return object.status.phase === 'Succeeded' || object.status.phase === 'Failed' ? 5 : 2
    return 3
  }
  const living = objects.filter((object) => rank(object) < 5)
  return living.sort((a, b) => rank(a) - rank(b) || (keyOf(identity(a)) < keyOf(identity(b)) ? -1 : 1))[0]
}

/** The node's pod range, or the Service range, that an address lies in. */
function rangeOf(
  address: string,
  inventory: Inventory,
): Extract<Destination, { kind: 'unowned' }> | undefined {
  const range = podRangeOf(address, inventory)
  if (range !== undefined) return { kind: 'unowned', range: 'pod', ...range }
  for (const { spec } of inventory.list('ServiceCIDR').items) {
    const cidr = spec.cidrs.find((item) => inAnyRange(address, [item]))
    if (cidr !== undefined) return { kind: 'unowned', range: 'service', cidr }
  }
  return undefined
}
