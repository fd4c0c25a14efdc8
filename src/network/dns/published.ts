import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { memoTable } from '../inventory/memo.ts'
import { joinReads, mapRead, type Read } from '../inventory/read.ts'
import type { Endpoint } from '../services/endpoint.ts'
import { isObserved } from '../workloads/pods.ts'
import type { DnsParts } from './cluster-dns.ts'

/** An address that DNS publishes for a Service, and the names that it has there. */
export interface Published {
  readonly address: string
  /** The label in front of the Service's name: the pod's hostname, else its address with dashes. */
  readonly hostname: string
  readonly podName?: string | undefined
  readonly pod?: Pod | undefined
  readonly ports: readonly { readonly name: string; readonly protocol: string; readonly number: number }[]
}

const table = memoTable<Read<Published>>('dns.published')

/**
 * The addresses behind a Service that CoreDNS answers with: endpoints that are ready, publishNotReadyAddresses included, in
 * both families. Source: plugin/kubernetes/object/endpoint.go, which leaves out endpoints that are not ready.
 */
export function publishedOf(service: Service, parts: DnsParts): Read<Published> {
  return parts.inventory.memo.get(table, service, () => {
    const families = joinReads(
      (['IPv4', 'IPv6'] as const).map((family) => parts.services.endpoints(service, family)),
    )
    const names = hostnamesOf(service, parts)
    return mapRead(families, (endpoints) => {
      const byAddress = Map.groupBy(
        endpoints.filter(({ ready }) => ready),
        ({ address, podName }) => `${address} ${address === '' ? podName : ''}`,
      )
      return [...byAddress.values()].flatMap((group) => published(group, service, names, parts))
    })
  })
}

function published(
  group: readonly Endpoint[],
  service: Service,
  names: ReadonlyMap<string, string>,
  parts: DnsParts,
): readonly Published[] {
  const [first] = group
  if (first === undefined) return []
  const { address, pod, podName, slice } = first
  const ofPod = pod === undefined ? undefined : hostnameFor(pod, service, parts)
  const own = slice === undefined ? ofPod : names.get(address)
  return [
    {
      address,
      hostname: own ?? address.replaceAll(/[.:]/g, '-'),
      podName,
      pod,
      ports: group.flatMap(({ port, targetPort }) =>
        port === undefined || targetPort === undefined
          ? []
          : [{ name: port.name, protocol: port.protocol ?? 'TCP', number: targetPort }],
      ),
    },
  ]
}

/** Host names that slices carry, by address. */
function hostnamesOf(service: Service, { services }: DnsParts): ReadonlyMap<string, string> {
  const endpoints = services.slices(service).items.flatMap((slice) => slice.endpoints)
  return new Map(
    endpoints.flatMap(({ addresses: [address], hostname }) =>
      address === undefined || hostname === undefined || hostname === ''
        ? []
        : [[address, hostname] as const],
    ),
  )
}

/**
 * The host name that the EndpointSlice controller would write: of pods with a hostname whose subdomain is the Service.
 * Source: endpointslice/util, ShouldSetHostname; statefulset, initIdentity.
 */
function hostnameFor(pod: Pod, service: Service, { inventory }: DnsParts): string | undefined {
  const { metadata, spec } = pod
  const { name, namespace = '' } = service.metadata
  if (spec.hostname !== undefined && spec.hostname !== '')
    return spec.subdomain === name ? spec.hostname : undefined
  // A pod that only stands for one to come has no host name yet; its controller will give it that of its ordinal.
  const set = metadata.ownerReferences.find(({ kind }) => kind === 'StatefulSet')
  if (set === undefined || isObserved(pod)) return undefined
  const [owner] = inventory.get('StatefulSet', namespace, set.name).items
  return owner?.spec.serviceName === name ? metadata.name : undefined
}
