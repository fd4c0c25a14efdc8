import { type KindName, type KubeObject, kindNames, kinds } from '../kinds/kinds.ts'
import type { Coverage, KindCoverage } from '../snapshot.ts'

/** Built-in kinds that a dump worth the name holds if the namespace has them: `kubectl get all`, policies and routes. */
const dumped: ReadonlySet<KindName> = new Set<KindName>([
  'Service',
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'ReplicationController',
  'Job',
  'CronJob',
  'HorizontalPodAutoscaler',
  'NetworkPolicy',
  'Ingress',
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'UDPRoute',
])

/** Every cluster has some: a dump of all namespaces without any was not asked for them. */
const everywhere: ReadonlySet<KindName> = new Set<KindName>([
  'Service',
  'Pod',
  'EndpointSlice',
  'Endpoints',
  'ConfigMap',
])

/** Cluster-scoped kinds that many clusters lack: a dump of all namespaces without any is of such a cluster. */
const classes: ReadonlySet<KindName> = new Set<KindName>(['IngressClass', 'GatewayClass'])

/** Resources of network plugins, and Secrets: a dump without them was hardly asked for them. */
const onPurpose: ReadonlySet<KindName> = new Set<KindName>([
  'Secret',
  'CiliumNetworkPolicy',
  'CalicoNetworkPolicy',
  'CalicoStoredNetworkPolicy',
])

/** Manifests: objects as they would be applied. Open, unless the user vouches that they are all there is. */
export function manifestCoverage(isComplete: boolean): Coverage {
  return {
    world: isComplete ? 'closed' : 'open',
    declared: true,
    kinds: Object.fromEntries(
      kindNames.map((kind) => [kind, { namespaces: 'all', depth: 'full' } satisfies KindCoverage]),
    ),
    notServed: [],
    gaps: [],
  }
}

/**
 * A dump (objects with uid and status) is whole for the namespaced kinds it contains and for those that every dump
 * holds; cluster-scoped kinds, and other kinds without any object in it, are not known. A dump of all namespaces is
 * whole for all built-in namespaced kinds.
 *
 * A kind without any object is never taken for empty where the dump itself shows that there are some: pods that
 * workloads count, owners that objects name, Services that slices belong to. `kubectl get services -o yaml` proves
 * nothing about pods.
 */
export function dumpCoverage(objects: readonly KubeObject[]): Coverage {
  const present = new Set(objects.map((object) => object.kind))
  const isEverything = objects.some(
    (object) => object.kind === 'Namespace' && object.metadata.name === 'kube-system',
  )
  const namespaces = isEverything
    ? 'all'
    : [...new Set(objects.flatMap((object) => object.metadata.namespace ?? []))].sort()
  const mentioned = mentionedKinds(objects)
  const isWhole = (kind: KindName): boolean => {
    if (present.has(kind)) return true
    if (classes.has(kind)) return isEverything
    if (!kinds[kind].namespaced || mentioned.has(kind)) return false
    return isEverything ? !everywhere.has(kind) && !onPurpose.has(kind) : dumped.has(kind)
  }
  return {
    world: 'closed',
    declared: false,
    kinds: Object.fromEntries(
      kindNames
        .filter(isWhole)
        .map((kind) => [
          kind,
          { namespaces: kinds[kind].namespaced ? namespaces : 'all', depth: 'full' } satisfies KindCoverage,
        ]),
    ),
    notServed: [],
    gaps: [],
  }
}

/** Kinds that must have objects, going by those that are there. */
function mentionedKinds(objects: readonly KubeObject[]): ReadonlySet<string> {
  const mentioned = new Set<string>()
  let isAboutPods = false
  for (const object of objects) {
    for (const { kind, controller } of object.metadata.ownerReferences)
      if (controller === true) mentioned.add(kind)
    if (object.kind === 'EndpointSlice' || object.kind === 'Endpoints') mentioned.add('Service')
    const { count, isWorkload } = podCount(object)
    isAboutPods ||= isWorkload
    if (count > 0) mentioned.add('Pod')
  }
  // Without pods and without anything that makes pods, it is more likely that neither was asked for.
  if (!isAboutPods) mentioned.add('Pod')
  return mentioned
}

function podCount(object: KubeObject): { readonly count: number; readonly isWorkload: boolean } {
  switch (object.kind) {
    case 'Deployment':
    case 'ReplicaSet':
    case 'StatefulSet':
    case 'DaemonSet':
    case 'ReplicationController': {
      const { replicas, desiredNumberScheduled } = object.status
      return { count: replicas ?? desiredNumberScheduled ?? 0, isWorkload: true }
    }
    case 'EndpointSlice': {
      const pods = object.endpoints.filter(({ targetRef }) => targetRef?.kind === 'Pod')
      return { count: pods.length, isWorkload: false }
    }
    default:
      return { count: 0, isWorkload: false }
  }
}

/** Whether objects came from an API server, which gives each a uid: most of them must have. */
export function isDump(objects: readonly KubeObject[]): boolean {
  const applied = objects.filter((object) => object.metadata.uid !== undefined).length
  return applied * 2 > objects.length
}
