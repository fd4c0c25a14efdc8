/** What Service, or which pod behind a headless Service, a host name can mean for a pod. */
export interface ServiceName {
  readonly service: string
  readonly namespace: string
  /** How the name was written: `x`, `x.ns`, `x.ns.svc`, or with a zone behind `svc`. */
  readonly via: 'short' | 'namespaced' | 'svc' | 'fqdn'
  /** The pod's host name in `pod-0.x.ns...`; only a headless Service publishes it. */
  readonly podName?: string | undefined
  /** What follows `svc`. It is taken for the cluster's zone, which these objects alone do not tell. */
  readonly zone?: string | undefined
}

const longestName = 253
const longestLabel = 63

/**
 * What Service a host name can mean for a pod in a namespace, under the search list of ClusterFirst
 * (`NS.svc.ZONE svc.ZONE ZONE`). Pure: whether the Service or namespace exists is for the caller to look up, so
 * `example.com` is the Service `example` in the namespace `com` until nobody finds that namespace.
 *
 * Source of the schema: Kubernetes DNS-Based Service Discovery 1.1.0.
 *
 * @param host a name with or without its final dot; with it, only a full name with a zone is in the cluster
 * @returns `undefined` for what names no Service: IP addresses, `localhost`, `.pod.` names, SRV names
 *   (`_port._proto.x`), `.clusterset.local`, reverse zones and names that are no DNS names
 */
export function serviceCandidates(host: string, podNamespace: string): ServiceName | undefined {
  const absolute = host.endsWith('.')
  const labels = labelsOf(absolute ? host.slice(0, -1) : host)
  if (labels === undefined || isOtherSchema(labels)) return undefined
  const svc = labels[2] === 'svc' ? 2 : labels[3] === 'svc' ? 3 : -1
  const name = svc === -1 ? relativeName(labels, podNamespace) : clusterName(labels, svc)
  return absolute && name?.via !== 'fqdn' ? undefined : name
}

/**
 * The other reading of `pod-0.x`: the pod of a headless Service in the pod's own namespace. The search list tries it
 * before `x` as a namespace.
 *
 * @returns `undefined` for names of another number of labels
 */
export function ownNamespacePod(host: string, podNamespace: string): ServiceName | undefined {
  const labels = labelsOf(host)
  const [podName, service, ...rest] = labels ?? []
  if (labels === undefined || podName === undefined || service === undefined || rest.length > 0)
    return undefined
  return isOtherSchema(labels) ? undefined : { service, namespace: podNamespace, via: 'namespaced', podName }
}

function relativeName(labels: readonly string[], podNamespace: string): ServiceName | undefined {
  const [first = '', second = '', third] = labels
  if (labels.length === 1) return { service: first, namespace: podNamespace, via: 'short' }
  if (labels.length === 2) return { service: first, namespace: second, via: 'namespaced' }
  if (labels.length > 3 || third === undefined) return undefined
  return { service: second, namespace: third, via: 'namespaced', podName: first }
}

function clusterName(labels: readonly string[], svc: number): ServiceName {
  const zone = labels.slice(svc + 1).join('.')
  return {
    service: labels[svc - 2] ?? '',
    namespace: labels[svc - 1] ?? '',
    via: zone === '' ? 'svc' : 'fqdn',
    ...(svc === 3 ? { podName: labels[0] } : {}),
    ...(zone === '' ? {} : { zone }),
  }
}

/** Names of the cluster's other schemas, and those that are never a Service. */
function isOtherSchema(labels: readonly string[]): boolean {
  const last = labels.at(-1) ?? ''
  if (isNumber(last) || last === 'localhost' || last === 'arpa') return true
  if (labels.some((label) => label.startsWith('_'))) return true
  if (last === 'local' && labels.at(-2) === 'clusterset') return true
  return labels[2] === 'pod' || (labels[1] === 'pod' && labels.length > 2)
}

function labelsOf(host: string): readonly string[] | undefined {
  if (host === '' || host.length > longestName) return undefined
  const labels = host.toLowerCase().split('.')
  return labels.every((label) => label.length <= longestLabel && isLabel(label)) ? labels : undefined
}

function isLabel(label: string): boolean {
  return /^[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?$/.test(label)
}

function isNumber(label: string): boolean {
  return /^[0-9]+$/.test(label)
}

/**
 * Whether a pod asks the cluster's DNS for short and cluster names. `Default` and `None` do not, and ClusterFirst on the
 * host network behaves as Default. Source: kubelet, network/dns/dns.go.
 */
export function asksClusterDns(spec: {
  readonly dnsPolicy?: string | undefined
  readonly hostNetwork?: boolean | undefined
}): boolean {
  const { dnsPolicy = 'ClusterFirst', hostNetwork = false } = spec
  return dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork)
}

const publicTails = new Set(
  'com org net edu gov mil int info biz dev app cloud tech online site xyz page'.split(' '),
)

/**
 * Whether `x.TAIL` is most likely a host of the internet when no namespace is called TAIL: `grafana.com` and
 * `redis.io` mean no Service, although clusters have Services of these names. Country codes have two letters.
 */
export function isPublicTail(tail: string): boolean {
  return publicTails.has(tail) || /^[a-z]{2}$/.test(tail)
}
