import { kindNames as allKinds, definitionOf, type KindName } from '../snapshot/kinds/kinds.ts'
import type { Depth } from '../snapshot/snapshot.ts'

/** Kinds that are listed. */
const kindNames = allKinds.filter((kind) => definitionOf(kind).isReadByName !== true)

/** What a question is about: everything, or these namespaces. */
export interface ReadRequest {
  readonly namespaces: 'all' | readonly string[]
}

/** What the first round of a large cluster turned out to need besides. */
export interface Further {
  /** Namespaces, most wanted first. */
  readonly namespaces: readonly string[]
  /** Addresses whose owner is not known: the pods that have them are asked for by name of the address. */
  readonly addresses: readonly string[]
}

/** One kind to read: where, how deep, and where instead when that is forbidden. */
export interface PlannedRead {
  readonly kind: KindName
  readonly namespaces: 'all' | readonly string[]
  readonly depth: Depth
  /** Namespaces to read one by one after a refusal at the cluster scope. */
  readonly instead: readonly string[]
}

/** Pods that a selector names: they exist, and prove nothing about others. */
export interface PodPick {
  /** Absent: in all namespaces. */
  readonly namespace?: string | undefined
  /** One parameter of the list: `labelSelector` or `fieldSelector`. */
  readonly query: Readonly<Record<string, string>>
}

export interface Plan {
  readonly lists: readonly PlannedRead[]
  readonly picks: readonly PodPick[]
}

/** Limits of what is read of a large cluster. */
export const largeCluster = {
  /** A cluster with no more pods than this is read whole: exactness first. */
  smallPods: 2_000,
  /** Namespaces of the second round. */
  furtherNamespaces: 10,
  /** Addresses that are looked for in it: the API server goes through all pods for each. */
  furtherAddresses: 10,
} as const

/** Many, short-lived, and only ever said about objects that are reported: not worth reading everywhere. */
const onlyWhereAsked: ReadonlySet<KindName> = new Set<KindName>(['Event'])

/**
 * Namespaced kinds of which the whole cluster is read whatever is asked. Names and addresses resolve to Services, routes of
 * any namespace may lead to the one that is asked about, and the network plugin shows in its DaemonSet. All of them
 * together are a hundredth of the pods.
 */
const everywhere: ReadonlySet<KindName> = new Set<KindName>([
  'Service',
  'DaemonSet',
  'Ingress',
  'Gateway',
  'ListenerSet',
  'ReferenceGrant',
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'UDPRoute',
])

/** Where cluster DNS lives. Every node of a large cluster has pods there: they are not read unless asked about. */
const dnsNamespaces: readonly string[] = ['kube-system', 'openshift-dns']

/** What is read of cluster DNS, beside its pods. */
const ofDns: ReadonlySet<KindName> = new Set<KindName>([
  'EndpointSlice',
  'Deployment',
  'ReplicaSet',
  'ConfigMap',
  'NetworkPolicy',
  'CiliumNetworkPolicy',
  'CalicoNetworkPolicy',
  'CalicoStoredNetworkPolicy',
])

/** The pods of cluster DNS, by the labels that distributions give them. */
const dnsPods: readonly PodPick[] = [
  { namespace: 'kube-system', query: { labelSelector: 'k8s-app=kube-dns' } },
  { namespace: 'openshift-dns', query: { labelSelector: 'dns.operator.openshift.io/daemonset-dns=default' } },
]

/** The pods that serve Ingresses and Gateways, by the name that their charts give them: anywhere, for routes lead there. */
const controllerPods: PodPick = {
  query: {
    labelSelector:
      'app.kubernetes.io/name in (ingress-nginx,traefik,nginx-ingress,haproxy-ingress,kubernetes-ingress,kong,contour,gateway-helm,nginx-gateway-fabric,aws-load-balancer-controller)',
  },
}

const isNamespaced = (kind: KindName): boolean => definitionOf(kind).namespaced

/** A Namespace is read by its own name: `view` in one namespace permits that. */
const insteadOf = (kind: KindName, wanted: readonly string[]): readonly string[] =>
  isNamespaced(kind) || kind === 'Namespace' ? wanted : []

/** The whole cluster, for whatever question. */
export function wholePlan({ namespaces }: ReadRequest): Plan {
  const wanted = namespaces === 'all' ? [] : namespaces
  const lists = kindNames.map(
    (kind): PlannedRead => ({
      kind,
      namespaces: isNamespaced(kind) && onlyWhereAsked.has(kind) ? namespaces : 'all',
      depth: 'full',
      instead: insteadOf(kind, wanted),
    }),
  )
  return { lists, picks: [] }
}

/**
 * The first round of a large cluster: the namespaces that are asked about, cluster DNS, the pods that serve routes, and of
 * the others what names, addresses and selectors of namespaces need.
 */
export function firstPlan(wanted: readonly string[]): Plan {
  const lists = kindNames.map((kind): PlannedRead => {
    const isEverywhere = !isNamespaced(kind) || everywhere.has(kind)
    return {
      kind,
      namespaces: isEverywhere ? 'all' : distinct([...wanted, ...(ofDns.has(kind) ? dnsNamespaces : [])]),
      depth: 'full',
      instead: insteadOf(kind, wanted),
    }
  })
  const ofDnsElsewhere = dnsPods.filter(({ namespace = '' }) => !wanted.includes(namespace))
  return { lists, picks: [...ofDnsElsewhere, controllerPods] }
}

/** The pods that have the addresses: asked for before {@link secondPlan}, because they name namespaces too. */
export function addressPlan({ addresses }: Further): Plan {
  const picks = distinct(addresses)
    .slice(0, largeCluster.furtherAddresses)
    .map((address): PodPick => ({ query: { fieldSelector: `status.podIP=${address}` } }))
  return { lists: [], picks }
}

/** The second and last round: namespaces that the first one named, but for those that were read. */
export function secondPlan(wanted: readonly string[], named: readonly string[]): Plan {
  const known = [...wanted, ...dnsNamespaces]
  const namespaces = distinct(named)
    .filter((name) => !known.includes(name))
    .slice(0, largeCluster.furtherNamespaces)
  if (namespaces.length === 0) return { lists: [], picks: [] }
  const kinds = kindNames.filter(
    (kind) => isNamespaced(kind) && !everywhere.has(kind) && !onlyWhereAsked.has(kind),
  )
  return { lists: kinds.map((kind) => ({ kind, namespaces, depth: 'full', instead: [] })), picks: [] }
}

function distinct(names: readonly string[]): readonly string[] {
  return [...new Set(names)]
}
