import { distinctGaps, joinReads } from '../network/inventory/read.ts'
import type { Network } from '../network/network.ts'
import { matchNamespace } from '../network/policy/match.ts'
import type { Policy } from '../network/policy/model.ts'
import { selects } from '../network/policy/selector.ts'
import type { Connection } from '../network/traffic/connection.ts'
import { routeConnection, serviceConnection } from '../network/traffic/traffic.ts'
import type { Workload } from '../network/workloads/workload.ts'
import type { Gateway } from '../snapshot/kinds/gateway.ts'
import type { GatewayRoute } from '../snapshot/kinds/gateway-route.ts'
import type { Ingress } from '../snapshot/kinds/ingress.ts'
import type { KindName } from '../snapshot/kinds/kinds.ts'
import type { Node } from '../snapshot/kinds/node.ts'
import type { Service } from '../snapshot/kinds/service.ts'
import type { Gap } from '../snapshot/snapshot.ts'
import type { Question } from './question.ts'
import { connectionsTo, servicesMeant, type WhatQuestion, workloadsAt } from './what/targets.ts'

/** What a question is about: the subjects that may get findings, and the connections that are walked. */
export interface Scope {
  readonly services: readonly Service[]
  readonly workloads: readonly Workload[]
  readonly connections: readonly Connection[]
  readonly nodes: readonly Node[]
  readonly ingresses: readonly Ingress[]
  /** NetworkPolicies, and cluster-wide policies of any tier. */
  readonly policies: readonly Policy[]
  /** Gateways, and routes of the Gateway API. */
  readonly gateways: readonly Gateway[]
  readonly gatewayRoutes: readonly GatewayRoute[]
  /** Whether webhook configurations and aggregated APIs are asked about: only in a scan of everything. */
  readonly control: boolean
  /** Reads that the scope itself lacks: what could not even be enumerated. */
  readonly gaps: readonly Gap[]
}

export function scopeOf(question: Question, network: Network): Scope {
  switch (question.kind) {
    case 'scan':
      return scan(question.namespaces, network)
    case 'service':
      return aboutService(question.namespace, question.name, network)
    case 'from':
      return aboutClient(question.namespace, question.workload, network)
    case 'what':
      return aboutTarget(question, network)
    case 'routes':
      return aboutRoutes(question, network)
  }
}

function scan(namespaces: 'all' | readonly string[], network: Network): Scope {
  const names = namespaces === 'all' ? allNamespaces(network) : namespaces
  const services = joinReads(names.map((name) => network.services.in(name)))
  const workloads = joinReads(names.map((name) => network.workloads.in(name)))
  const routes = joinReads(names.map((name) => network.traffic.fromRoutes(name)))
  const policies = names.map((name) => network.policy.in(name))
  const clusterPolicies =
    namespaces === 'all' ? network.policy.cluster().all : clusterPoliciesOf(workloads.items, network)
  const dialled = workloads.items.flatMap((workload) => network.traffic.from(workload).items)
  const incoming = services.items.flatMap((service) => callers(service, network))
  // What lies elsewhere and is dialled from here: it may be why a connection of these namespaces fails.
  const foreign = dialledServices([...dialled, ...routes.items], network).filter(
    ({ metadata }) => !names.includes(metadata.namespace ?? ''),
  )
  const behind = foreign.flatMap((service) => network.services.backends(service).items)
  const all = distinct([...workloads.items, ...behind])
  return {
    services: [...services.items, ...foreign],
    workloads: all,
    connections: distinct([...dialled, ...routes.items, ...incoming]),
    nodes: namespaces === 'all' ? network.inventory.list('Node').items : nodesOf(all, network),
    ingresses: names.flatMap((name) => network.inventory.list('Ingress', name).items),
    policies: [...policies.flatMap((set) => set.policies), ...clusterPolicies],
    ...gatewaysOf(names, network),
    control: namespaces === 'all',
    gaps: distinctGaps([services.gaps, workloads.gaps, routes.gaps, ...policies.map(({ gaps }) => gaps)]),
  }
}

function aboutService(namespace: string, name: string, network: Network): Scope {
  const found = network.services.get(namespace, name)
  const services = found.items
  const connections = services.flatMap((service) => callers(service, network))
  const workloads = services.flatMap((service) => [
    ...network.services.backends(service).items,
    ...network.services.selected(service).items.flatMap((pod) => network.workloads.ofPod(pod) ?? []),
  ])
  const unique = distinct(workloads)
  return {
    services,
    workloads: unique,
    connections,
    nodes: nodesOf(unique, network),
    ingresses: ingressesOf(connections, network),
    policies: policiesOf(withClients(unique, connections), network),
    ...gatewaysBehind(connections, network),
    control: false,
    gaps: found.gaps,
  }
}

function aboutClient(namespace: string, key: string, network: Network): Scope {
  const found = network.workloads.get(namespace, key)
  const connections = found.items.flatMap((workload) => network.traffic.from(workload).items)
  const unique = dialledServices(connections, network)
  const behind = unique.flatMap((service) => network.services.backends(service).items)
  const workloads = distinct([...found.items, ...behind])
  return {
    services: unique,
    workloads,
    connections,
    nodes: nodesOf(workloads, network),
    ingresses: [],
    policies: policiesOf(workloads, network),
    gateways: [],
    gatewayRoutes: [],
    control: false,
    gaps: found.gaps,
  }
}

/** Who dials an address or a name, what it leads to, and whatever has it. */
function aboutTarget(question: WhatQuestion, network: Network): Scope {
  const meant = servicesMeant(question, network)
  const dialled = connectionsTo(question, network)
  const connections =
    dialled.items.length > 0 ? dialled.items : meant.items.flatMap((service) => callers(service, network))
  const services = [...new Set([...meant.items, ...dialledServices(connections, network)])]
  const behind = services.flatMap((service) => network.services.backends(service).items)
  const workloads = distinct([...behind, ...workloadsAt(question, network)])
  return {
    services,
    workloads,
    connections: distinct(connections),
    nodes: nodesOf(workloads, network),
    ingresses: ingressesOf(connections, network),
    policies: policiesOf(withClients(workloads, connections), network),
    ...gatewaysBehind(connections, network),
    control: false,
    gaps: meant.items.length > 0 ? [] : meant.gaps,
  }
}

function aboutRoutes({ namespaces, keys }: Extract<Question, { kind: 'routes' }>, network: Network): Scope {
  const names = namespaces === 'all' ? network.routes.namespaces() : namespaces
  const read = joinReads(names.map((name) => network.routes.in(name)))
  const routes = read.items.filter(({ key }) => keys === undefined || keys.includes(key))
  const connections = distinct(routes.flatMap(({ backends }) => backends.map(routeConnection)))
  const services = dialledServices(connections, network)
  const behind = services.flatMap((service) => [
    ...network.services.backends(service).items,
    ...network.services.selected(service).items.flatMap((pod) => network.workloads.ofPod(pod) ?? []),
  ])
  const workloads = distinct(behind)
  const fromRoutes = routes.flatMap(({ by }) =>
    by.kind === 'Ingress' ? network.inventory.get('Ingress', by.namespace ?? '', by.name).items : [],
  )
  return {
    services,
    workloads,
    connections,
    nodes: nodesOf(workloads, network),
    ingresses: [...new Set(fromRoutes)],
    policies: policiesOf(workloads, network),
    ...gatewaysBehind(connections, network),
    control: false,
    gaps: read.gaps,
  }
}

/** The Services that connections lead to, each once. */
function dialledServices(connections: readonly Connection[], network: Network): readonly Service[] {
  const services = connections.flatMap((connection) => {
    const { destination } = network.traffic.destination(connection)
    return destination.kind === 'service' ? [destination.service] : []
  })
  return [...new Set(services)]
}

/**
 * Whether a problem of this namespace is asked about. Of what lies elsewhere only that is told which breaks a connection
 * that is asked about.
 */
export function isAskedAbout(question: Question, namespace: string | undefined): boolean {
  return (
    (question.kind !== 'scan' && question.kind !== 'routes') ||
    question.namespaces === 'all' ||
    namespace === undefined ||
    question.namespaces.includes(namespace)
  )
}

/** Whether a connection gets as far as the pods of a Service: not on a port that the Service lacks. */
function asksForPort(connection: Connection, service: Service, network: Network): boolean {
  const { destination } = network.traffic.destination(connection)
  return destination.kind !== 'service' || destination.port !== undefined || service.spec.ports.length === 0
}

/**
 * Everyone who refers to a Service; where nobody reaches any of its ports, a connection of anyone to each of them too, so
 * that what lies behind is walked.
 */
function callers(service: Service, network: Network): readonly Connection[] {
  const known = network.traffic.to(service).items
  if (known.some((connection) => asksForPort(connection, service, network))) return known
  const client = { kind: 'anyone', namespace: service.metadata.namespace ?? '' } as const
  const { ports } = service.spec
  if (ports.length === 0) return [serviceConnection(client, service, undefined, undefined)]
  return [...known, ...ports.map((port) => serviceConnection(client, service, port.port, port.protocol))]
}

function distinct<T extends { readonly key: string }>(items: readonly T[]): readonly T[] {
  return [...new Map(items.map((item) => [item.key, item])).values()].sort((a, b) => (a.key < b.key ? -1 : 1))
}

function nodesOf(workloads: readonly Workload[], network: Network): readonly Node[] {
  const names = new Set(
    workloads.flatMap((workload) => workload.pods.flatMap((pod) => pod.spec.nodeName ?? [])),
  )
  return [...names].sort().flatMap((name) => network.inventory.get('Node', '', name).items)
}

/** The Ingresses that open any of these connections. */
function ingressesOf(connections: readonly Connection[], network: Network): readonly Ingress[] {
  const found = connections.flatMap(({ client }) => {
    if (client.kind !== 'route' || client.backend.by.kind !== 'Ingress') return []
    const { namespace = '', name } = client.backend.by
    return network.inventory.get('Ingress', namespace, name).items
  })
  return [...new Set(found)]
}

function withClients(
  workloads: readonly Workload[],
  connections: readonly Connection[],
): readonly Workload[] {
  const clients = connections.flatMap(({ client }) => (client.kind === 'workload' ? [client.workload] : []))
  return distinct([...workloads, ...clients])
}

/** The policies, of their namespaces and of the cluster, that select any of these workloads. */
function policiesOf(workloads: readonly Workload[], network: Network): readonly Policy[] {
  const byNamespace = Map.groupBy(workloads, ({ namespace }) => namespace)
  const own = [...byNamespace].flatMap(([namespace, members]) =>
    network.policy
      .in(namespace)
      .policies.filter((policy) => members.some((workload) => touches(policy, workload, network))),
  )
  return [...own, ...clusterPoliciesOf(workloads, network)]
}

function clusterPoliciesOf(workloads: readonly Workload[], network: Network): readonly Policy[] {
  return network.policy
    .cluster()
    .all.filter((policy) => workloads.some((workload) => touches(policy, workload, network)))
}

/** Whether a policy selects the pods of a workload, or may: what cannot be evaluated is in scope too. */
function touches({ subject }: Policy, { namespace, labels, pods }: Workload, network: Network): boolean {
  if (matchNamespace(subject.namespaces, network.policy.namespace(namespace)).is === 'no') return false
  if (subject.doubt !== undefined) return true
  return [labels, ...pods.map(({ metadata }) => metadata.labels)].some((item) => selects(subject.pods, item))
}

/** The routes of namespaces, and the Gateways of these and those that the routes name. */
function gatewaysOf(names: readonly string[], network: Network): Pick<Scope, 'gateways' | 'gatewayRoutes'> {
  const gatewayRoutes = names.flatMap((name) => network.routes.gateway.objectsIn(name).items)
  const own = names.flatMap((name) => network.inventory.list('Gateway', name).items)
  return { gatewayRoutes, gateways: [...new Set([...own, ...parentsOfAll(gatewayRoutes, network)])] }
}

/** The routes that lead to a Service, and their Gateways. */
function gatewaysBehind(
  connections: readonly Connection[],
  network: Network,
): Pick<Scope, 'gateways' | 'gatewayRoutes'> {
  const found = connections.flatMap(({ client }) =>
    client.kind === 'route' ? (network.routes.gateway.object(client.backend.by) ?? []) : [],
  )
  const gatewayRoutes = [...new Set(found)]
  return { gatewayRoutes, gateways: parentsOfAll(gatewayRoutes, network) }
}

function parentsOfAll(routes: readonly GatewayRoute[], network: Network): readonly Gateway[] {
  const parents = routes.flatMap((route) => network.routes.gateway.parents(route))
  return [...new Set(parents.flatMap(({ gateway }) => gateway ?? []))]
}

const namespacedKinds: readonly KindName[] = [
  'Service',
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'Ingress',
  'HTTPRoute',
  'Gateway',
  'NetworkPolicy',
]

/** Every namespace that holds anything a question could be about. */
function allNamespaces(network: Network): readonly string[] {
  return [...new Set([...namespacedKinds.flatMap((kind) => network.inventory.namespacesOf(kind))])].sort()
}
