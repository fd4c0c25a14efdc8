import type { ConfigMap } from '../../snapshot/kinds/config-map.ts'
import type { PodSpec } from '../../snapshot/kinds/pod-spec.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { masked } from '../../snapshot/mask-text.ts'
import { type Gap, type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { distinctGaps } from '../inventory/read.ts'
import type { Services } from '../services/services.ts'
import type { Workload } from '../workloads/workload.ts'
import { readCorefile } from './corefile/corefile.ts'
import type { Corefile, CorefileServer } from './corefile/model.ts'
import type { Imported } from './corefile/parse.ts'
import { absoluteName, isIn, isReverseZone, type ZoneName } from './corefile/zones.ts'
import { dnsServices } from './resolver.ts'

/** What the DNS model needs of its siblings. */
export interface DnsParts {
  readonly inventory: Inventory
  readonly services: Services
}

/** The server that answers the cluster's pods, as far as objects show it. */
export interface ClusterDns {
  readonly service?: Service | undefined
  /** What runs its pods. */
  readonly workloads: readonly Workload[]
  /** Whether it is CoreDNS; `undefined` where its pods were not read. */
  readonly isCoreDns?: boolean | undefined
  readonly configMap?: ConfigMap | undefined
  readonly key?: string | undefined
  /** As it is written; it may be refused. */
  readonly corefile?: Corefile | undefined
  /** What answers: of the Corefile, or those of the usual one where that is not read, or refused. */
  readonly servers: readonly CorefileServer[]
  /** Set where `servers` are not this cluster's own. */
  readonly isAssumed: boolean
  /** The cluster's domain with its final dot. */
  readonly zone: ZoneName
  /** Where that is written; absent where the usual one is assumed. */
  readonly zoneFrom?: 'kubelet' | 'corefile' | undefined
  /** What would have to be read to know more. */
  readonly gaps: readonly Gap[]
}

/** The object that stands for a cluster's DNS: its Service, found or not. */
export function dnsReference({ service }: ClusterDns): ObjectReference {
  return service === undefined
    ? { apiVersion: 'v1', kind: 'Service', namespace: 'kube-system', name: 'kube-dns' }
    : referenceTo(service)
}

const usual = readCorefile(
  '.:53 {\n kubernetes cluster.local in-addr.arpa ip6.arpa {\n  pods insecure\n  fallthrough in-addr.arpa ip6.arpa\n }\n forward . /etc/resolv.conf\n}',
)

const table = memoTable<ClusterDns>('dns.cluster')

/** The cluster's DNS: one answer for a cluster. */
export function clusterDns(parts: DnsParts): ClusterDns {
  return parts.inventory.memo.get(table, '', () => find(parts))
}

function find({ inventory, services }: DnsParts): ClusterDns {
  const found = dnsServices(inventory)
  const [service] = found.items
  const backends = service === undefined ? undefined : services.backends(service)
  const workloads = backends?.items ?? []
  const namespace = service?.metadata.namespace ?? 'kube-system'
  const isCoreDns = workloads.length === 0 ? undefined : workloads.some(({ spec }) => runsCoreDns(spec))
  const file = isCoreDns === false ? undefined : corefileOf(namespace, workloads, inventory)
  const corefile =
    file === undefined
      ? undefined
      : readCorefile(file.text, {
          env: environmentOf(workloads[0]?.spec),
          files: (pattern) => filesFor(pattern, namespace, workloads[0]?.spec, inventory),
        })
  const isUsable = corefile !== undefined && corefile.troubles.length === 0 && corefile.servers.length > 0
  const servers = isUsable ? corefile.servers : usual.servers
  const kubelet = kubeletDomain(inventory)
  const written = isUsable ? primaryZone(servers) : undefined
  return {
    service,
    workloads,
    isCoreDns,
    configMap: file?.configMap,
    key: file?.key,
    corefile,
    servers,
    isAssumed: !isUsable,
    zone: kubelet ?? written ?? 'cluster.local.',
    zoneFrom: kubelet !== undefined ? 'kubelet' : written !== undefined ? 'corefile' : undefined,
    gaps: distinctGaps([
      found.gaps,
      backends?.gaps ?? [],
      file === undefined ? inventory.gaps('ConfigMap', namespace) : [],
    ]),
  }
}

/**
 * Whether the names of Services get the usual answers: no plugin in front changes them, and none is left out. Then what a
 * name of a Service with an address of its own becomes is known without asking.
 */
export function isPlain({ servers, zone }: ClusterDns): boolean {
  const server = servers.find(({ addresses }) =>
    addresses.some((address) => isIn(zone, address.zone) && address.transport === 'dns'),
  )
  const inner = servers.some(({ addresses }) =>
    addresses.some((address) => address.zone !== zone && isIn(address.zone, zone)),
  )
  const [first] = (server?.plugins ?? []).filter(
    (plugin) => plugin.kind !== 'hosts' || plugin.entries.length > 0,
  )
  return (
    !inner &&
    servers.filter(({ addresses }) => addresses.some((address) => isIn(zone, address.zone))).length === 1 &&
    first?.kind === 'kubernetes' &&
    first.zones.includes(zone) &&
    first.namespaces.length === 0 &&
    first.labels === undefined &&
    first.namespaceLabels === undefined &&
    !first.ignoresEmptyServices &&
    !first.isForeign
  )
}

export function runsCoreDns({ containers }: PodSpec): boolean {
  return containers.some(
    ({ name, image = '' }) => name === 'coredns' || /(^|[/-])coredns([:@-]|$)/.test(image),
  )
}

interface CorefileText {
  readonly configMap: ConfigMap
  readonly key: string
  readonly text: string
}

/** The file that the server is started with: from a ConfigMap that its pods mount, else the one of the usual name. */
function corefileOf(
  namespace: string,
  workloads: readonly Workload[],
  inventory: Inventory,
): CorefileText | undefined {
  const mounted = workloads.flatMap(({ spec }) =>
    spec.volumes.flatMap(({ configMap }) =>
      configMap === undefined
        ? []
        : [
            {
              name: configMap.name,
              key: configMap.items?.find(({ path }) => path === 'Corefile')?.key ?? 'Corefile',
            },
          ],
    ),
  )
  for (const { name, key } of [...mounted, { name: 'coredns', key: 'Corefile' }]) {
    const [configMap] = inventory.get('ConfigMap', namespace, name).items
    const text = configMap?.data[key]
    // A saved snapshot keeps the file where it knows it for one.
    if (configMap !== undefined && text !== undefined && text !== masked) return { configMap, key, text }
  }
  return undefined
}

/** Variables with a value of their own; those from elsewhere are left empty, as CoreDNS leaves those that are not set. */
function environmentOf(spec: PodSpec | undefined): ReadonlyMap<string, string> {
  const variables = (spec?.containers ?? []).flatMap(({ env }) => env)
  return new Map(
    variables.flatMap(({ name, value }) => (value === undefined ? [] : [[name, value] as const])),
  )
}

/** The files of ConfigMaps that are mounted where a pattern looks. */
function filesFor(
  pattern: string,
  namespace: string,
  spec: PodSpec | undefined,
  inventory: Inventory,
): readonly Imported[] | undefined {
  if (spec === undefined) return undefined
  const path = pattern.startsWith('/') ? pattern : `/etc/coredns/${pattern.replace(/^\.\//, '')}`
  const slash = path.lastIndexOf('/')
  const [folder, name] = [path.slice(0, slash), path.slice(slash + 1)]
  const mount = spec.containers
    .flatMap(({ volumeMounts }) => volumeMounts)
    .find(({ mountPath }) => mountPath.replace(/\/$/, '') === folder)
  const volume = spec.volumes.find((item) => item.name === mount?.name)
  if (volume?.configMap === undefined) return undefined
  const read = inventory.get('ConfigMap', namespace, volume.configMap.name)
  const [configMap] = read.items
  if (configMap === undefined) return read.gaps.length > 0 ? undefined : []
  const entries = Object.entries(configMap.data)
  if (entries.some(([, text]) => text === masked)) return undefined
  return entries
    .filter(([key]) => matchesGlob(key, name))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, text]) => ({ name: `${configMap.metadata.name}/${key}`, text }))
}

/** A pattern of a file name with at most one `*`, as imports allow; what is more than that matches nothing. */
function matchesGlob(name: string, pattern: string): boolean {
  const star = pattern.indexOf('*')
  if (star === -1) return name === pattern
  const [head, tail] = [pattern.slice(0, star), pattern.slice(star + 1)]
  return name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail)
}

/** What kubeadm writes down of the kubelets' configuration. */
function kubeletDomain(inventory: Inventory): ZoneName | undefined {
  const [configMap] = inventory.get('ConfigMap', 'kube-system', 'kubelet-config').items
  const [, domain] =
    /^clusterDomain:[ \t]*["']?([A-Za-z0-9.-]{1,253})["']?[ \t]*$/m.exec(configMap?.data['kubelet'] ?? '') ??
    []
  return domain === undefined ? undefined : absoluteName(domain)
}

function primaryZone(servers: readonly CorefileServer[]): ZoneName | undefined {
  const zones = servers.flatMap(({ plugins }) =>
    plugins.flatMap((plugin) => (plugin.kind === 'kubernetes' ? plugin.zones : [])),
  )
  return zones.find((zone) => !isReverseZone(zone) && zone !== '.')
}
