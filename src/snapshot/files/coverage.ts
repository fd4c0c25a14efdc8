import { type KindName, type KubeObject, kindNames, kinds } from '../kinds/kinds.ts'
import type { Coverage, KindCoverage } from '../snapshot.ts'

/** Built-in kinds that any dump worth the name holds if the cluster has them: `kubectl get all`, policies and routes. */
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
  'Ingress',
  'HTTPRoute',
  'GRPCRoute',
  'TLSRoute',
  'TCPRoute',
  'UDPRoute',
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
 */
export function dumpCoverage(objects: readonly KubeObject[]): Coverage {
  const present = new Set(objects.map((object) => object.kind))
  const isEverything = objects.some(
    (object) => object.kind === 'Namespace' && object.metadata.name === 'kube-system',
  )
  const namespaces = isEverything
    ? 'all'
    : [...new Set(objects.flatMap((object) => object.metadata.namespace ?? []))].sort()
  const isWhole = (kind: KindName): boolean =>
    present.has(kind) || (kinds[kind].namespaced && (dumped.has(kind) || isEverything))
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

/** Whether objects came from an API server: it gives each a uid. */
export function isDump(objects: readonly KubeObject[]): boolean {
  return objects.some((object) => object.metadata.uid !== undefined)
}
