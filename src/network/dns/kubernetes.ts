import type { Service } from '../../snapshot/kinds/service.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { parseAddress } from '../inventory/address.ts'
import { matchesSelector } from '../inventory/selectors.ts'
import { isExternalName, isHeadless } from '../services/service-facts.ts'
import { type Absence, type Answer, answer, type RecordType, type ServiceRecord } from './answer.ts'
import type { DnsParts } from './cluster-dns.ts'
import type { KubernetesPlugin } from './corefile/model.ts'
import { absoluteName, type ZoneName } from './corefile/zones.ts'
import { parseSelectorText } from './label-text.ts'
import { isPublicTail } from './names.ts'
import { type Published, publishedOf } from './published.ts'

/** A name of an ExternalName Service: where the question goes on. */
export interface Redirect {
  readonly is: 'redirect'
  readonly target: ZoneName
  readonly service: Service
}

interface Request {
  readonly port?: string | undefined
  readonly protocol?: string | undefined
  readonly endpoint?: string | undefined
  readonly service?: string | undefined
  readonly namespace: string
  readonly schema: 'svc' | 'pod'
}

const unread = (gaps: readonly Gap[]): Answer => answer('unknown', { gaps })

/**
 * What CoreDNS's kubernetes plugin answers for a name of one of its zones. Source: plugin/kubernetes, parse.go
 * (`parseRequest`) and kubernetes.go (`findServices`, `findPods`).
 *
 * @param name absolute, in the zone
 */
export function kubernetesAnswer(
  name: ZoneName,
  type: RecordType,
  zone: ZoneName,
  plugin: KubernetesPlugin,
  parts: DnsParts,
): Answer | Redirect {
  if (plugin.isForeign) return answer('unknown')
  const base = zone === '.' ? name.slice(0, -1) : name.slice(0, -zone.length - 1)
  if (name === zone || base === 'svc' || base === 'pod') return answer('nodata')
  // The name servers of the zone have names there too.
  if (base === 'ns.dns') return answer('unknown')
  const request = requestOf(base.split('.'))
  const no = (why: Absence): Answer => answer('nxdomain', { why })
  if (request === undefined) return no('no-name-of-the-schema')
  const refused = whyLeftOut(request.namespace, plugin, parts)
  if (refused !== undefined) return refused
  if (request.service === undefined) return answer('nodata')
  if (request.schema === 'pod') return podAnswer(request.service, request.namespace, type, plugin, parts)
  const read = parts.inventory.get('Service', request.namespace, request.service)
  const [service] = read.items
  if (service === undefined) return read.gaps.length > 0 ? unread(read.gaps) : no('no-such-service')
  const isLeftOut = leftOutByLabels(service, plugin)
  if (isLeftOut === undefined) return answer('unknown', { service })
  if (isLeftOut) return answer('nxdomain', { why: 'service-left-out', service })
  return serviceAnswer(service, request, type, zone, plugin, parts)
}

function requestOf(labels: readonly string[]): Request | undefined {
  const [last, namespace, service, ...rest] = labels.toReversed()
  if ((last !== 'svc' && last !== 'pod') || namespace === undefined || rest.length > 2) return undefined
  const common = { schema: last, namespace, service } as const
  const [first, second] = rest
  if (first === undefined) return common
  if (second === undefined) return { ...common, endpoint: first }
  return { ...common, protocol: first.replace(/^_/, ''), port: second.replace(/^_/, '') }
}

/** Kinds by which a namespace shows that it is there. */
const inhabitants = ['Service', 'Deployment', 'StatefulSet', 'DaemonSet', 'Pod'] as const

/** A namespace that does not exist, or that the configuration leaves out. */
function whyLeftOut(
  namespace: string,
  plugin: KubernetesPlugin,
  { inventory }: DnsParts,
): Answer | undefined {
  if (plugin.namespaces.length > 0 && !plugin.namespaces.includes(namespace))
    return answer('nxdomain', { why: 'namespace-left-out' })
  const read = inventory.get('Namespace', '', namespace)
  const [found] = read.items
  if (plugin.namespaceLabels !== undefined) {
    if (found === undefined)
      return read.gaps.length > 0 ? unread(read.gaps) : answer('nxdomain', { why: 'no-such-namespace' })
    const selector = parseSelectorText(plugin.namespaceLabels)
    const is = selector === undefined ? undefined : matchesSelector(found.metadata.labels, selector)
    return is === undefined
      ? answer('unknown')
      : is
        ? undefined
        : answer('nxdomain', { why: 'namespace-left-out' })
  }
  // What is in a namespace proves that it exists; manifests leave the Namespace itself out.
  if (found !== undefined || inhabitants.some((kind) => inventory.list(kind, namespace).items.length > 0))
    return undefined
  const isPerhaps = read.gaps.length > 0 && !isPublicTail(namespace)
  const gaps = isPerhaps ? inventory.gaps('Service', namespace) : []
  return gaps.length > 0 ? unread(gaps) : answer('nxdomain', { why: 'no-such-namespace' })
}

/** `undefined`: the selector is not understood. */
function leftOutByLabels({ metadata }: Service, { labels }: KubernetesPlugin): boolean | undefined {
  if (labels === undefined) return false
  const selector = parseSelectorText(labels)
  const is = selector === undefined ? undefined : matchesSelector(metadata.labels, selector)
  return is === undefined ? undefined : !is
}

function serviceAnswer(
  service: Service,
  request: Request,
  type: RecordType,
  zone: ZoneName,
  plugin: KubernetesPlugin,
  parts: DnsParts,
): Answer | Redirect {
  const no = (why: Absence): Answer => answer('nxdomain', { why, service })
  if (isExternalName(service)) {
    if (request.endpoint !== undefined) return no('no-such-endpoint')
    const target = service.spec.externalName ?? ''
    if (target === '' || parseAddress(target) !== undefined) return no('external-name-is-address')
    return type === 'SRV'
      ? answer('nodata', { service })
      : { is: 'redirect', target: absoluteName(target), service }
  }
  const isForPods = isHeadless(service) || request.endpoint !== undefined
  if (isForPods)
    return plugin.hasEndpoints
      ? endpointAnswer(service, request, type, zone, plugin, parts)
      : no('no-ready-endpoint')
  if (plugin.ignoresEmptyServices) {
    const published = publishedOf(service, parts)
    if (published.items.length === 0)
      return published.gaps.length > 0 ? unread(published.gaps) : no('empty-service-left-out')
  }
  const ports = service.spec.ports.filter((port) => isWanted(request, port.name, port.protocol))
  if (ports.length === 0) return no('no-such-port')
  const target = `${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`
  if (type === 'SRV')
    return answer('found', { service, records: ports.map(({ port }) => ({ port, target })) })
  const { clusterIPs, clusterIP } = service.spec
  const all = clusterIPs ?? (clusterIP === undefined ? undefined : [clusterIP])
  // Among manifests the address is not given out yet.
  if (all === undefined)
    return type === 'A' ? answer('found', { service }) : answer('nodata', { service, why: 'other-family' })
  return ofFamily(all, type, { service })
}

function endpointAnswer(
  service: Service,
  request: Request,
  type: RecordType,
  zone: ZoneName,
  { endpointPodNames }: KubernetesPlugin,
  parts: DnsParts,
): Answer {
  const read = publishedOf(service, parts)
  const label = ({ hostname, address, podName }: Published): string =>
    endpointPodNames && podName !== undefined && hostname === address.replaceAll(/[.:]/g, '-')
      ? podName
      : hostname
  const named = read.items.filter(
    (item) => request.endpoint === undefined || label(item) === request.endpoint,
  )
  const wanted = named.filter(
    ({ ports }) =>
      request.port === undefined ||
      request.port === '' ||
      ports.some((port) => isWanted(request, port.name, port.protocol)),
  )
  const why =
    read.items.length === 0 ? 'no-ready-endpoint' : named.length === 0 ? 'no-such-endpoint' : 'no-such-port'
  if (wanted.length === 0)
    return read.gaps.length > 0 ? unread(read.gaps) : answer('nxdomain', { why, service })
  const pods = wanted.flatMap(({ pod }) => pod ?? [])
  if (type === 'SRV') {
    const records = wanted.flatMap((item): readonly ServiceRecord[] =>
      item.ports
        .filter((port) => isWanted(request, port.name, port.protocol))
        .map(({ number }) => ({
          port: number,
          target: `${label(item)}.${service.metadata.name}.${service.metadata.namespace}.svc.${zone}`,
        })),
    )
    return answer('found', { service, pods, records })
  }
  return ofFamily(
    wanted.map(({ address }) => address),
    type,
    { service, pods },
  )
}

function isWanted({ port = '', protocol = '' }: Request, name: string, itsProtocol = 'TCP'): boolean {
  return (
    (port === '' || port === name.toLowerCase()) &&
    (protocol === '' || protocol === itsProtocol.toLowerCase())
  )
}

/** Addresses of pods that are still to come are not known, and there all the same. */
function ofFamily(all: readonly string[], type: RecordType, more: Partial<Answer>): Answer {
  const addresses = [...new Set(all)].filter(
    (address) => address !== '' && address.includes(':') === (type === 'AAAA'),
  )
  const isToCome = type === 'A' && all.includes('')
  return addresses.length > 0 || isToCome
    ? answer('found', { ...more, addresses })
    : answer('nodata', { ...more, why: 'other-family' })
}

function podAnswer(
  label: string,
  namespace: string,
  type: RecordType,
  { pods }: KubernetesPlugin,
  { inventory }: DnsParts,
): Answer {
  if (pods === 'disabled') return answer('nxdomain', { why: 'pods-switched-off' })
  const isV4 = label.split('-').length === 4 && !label.includes('--')
  const address = label.replaceAll('-', isV4 ? '.' : ':')
  if (parseAddress(address) === undefined) return answer('nxdomain', { why: 'no-such-pod' })
  if (pods === 'insecure') return ofFamily([address], type, {})
  const read = inventory.byAddress(address)
  const found = read.items.flatMap((item) =>
    item.kind === 'Pod' && item.metadata.namespace === namespace ? [item] : [],
  )
  if (found.length > 0) return ofFamily([address], type, {})
  return read.gaps.length > 0 ? unread(read.gaps) : answer('nxdomain', { why: 'no-such-pod' })
}
