import { ownNamespacePod, serviceCandidates } from '../../network/dns/names.ts'
import { joinReads, type Read } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { isHeadless } from '../../network/services/service-facts.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { isKind } from '../../snapshot/kinds/kinds.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import type { Question } from '../question.ts'

export type WhatQuestion = Extract<Question, { kind: 'what' }>

/** The Services that an address or a name means. */
export function servicesMeant({ host, address, namespaces }: WhatQuestion, network: Network): Read<Service> {
  if (address !== undefined) {
    const { items, ...read } = network.inventory.byAddress(host)
    return {
      ...read,
      items: items.flatMap((item) => (isKind(item, 'Service') && !isHeadless(item) ? [item] : [])),
    }
  }
  const names = namespaces.flatMap((namespace) => [
    ...(serviceCandidates(host, namespace) === undefined ? [] : [serviceCandidates(host, namespace)]),
    ownNamespacePod(host, namespace),
  ])
  const known = new Map(
    names.flatMap((name) =>
      name === undefined ? [] : [[`${name.namespace}/${name.service}`, name] as const],
    ),
  )
  const read = joinReads(
    [...known.values()].map(({ namespace, service }) => network.services.get(namespace, service)),
  )
  return { ...read, items: [...new Set(read.items)] }
}

/** Who dials the address or the name itself; of a Service everyone who dials it in any way. */
export function connectionsTo(question: WhatQuestion, network: Network): Read<Connection> {
  const { host, address, namespaces } = question
  const byHost =
    address !== undefined
      ? [network.traffic.toAddress(host)]
      : namespaces.map((namespace) => network.traffic.toHost(host, namespace))
  const services = servicesMeant(question, network)
  const read = joinReads([...byHost, ...services.items.map((service) => network.traffic.to(service))])
  return { ...read, items: onPort([...new Set(read.items)], question, network) }
}

/** Those of a port, where one was asked for and anybody dials it; a name of several labels may be another's. */
function onPort(
  connections: readonly Connection[],
  { port, host, address }: WhatQuestion,
  network: Network,
): readonly Connection[] {
  const meant = connections.filter(
    (connection) =>
      connection.target !== undefined ||
      address !== undefined ||
      connection.host === host ||
      network.traffic.destination(connection).destination.kind === 'service',
  )
  const fitting = meant.filter((connection) => port === undefined || (connection.port ?? port) === port)
  return fitting.length > 0 ? fitting : meant
}

/** The workloads whose pods have an address. */
export function workloadsAt({ host, address }: WhatQuestion, network: Network): readonly Workload[] {
  if (address === undefined) return []
  return network.inventory
    .byAddress(host)
    .items.flatMap((item) =>
      isKind(item, 'Pod') && item.spec.hostNetwork !== true ? (network.workloads.ofPod(item) ?? []) : [],
    )
}
