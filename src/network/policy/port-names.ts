import type { PodSpec } from '../../snapshot/kinds/pod-spec.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { memoTable } from '../inventory/memo.ts'
import { distinctGaps } from '../inventory/read.ts'
import { isFinished, isHostNetwork, type Party } from './endpoint.ts'
import { matchNamespace } from './match.ts'
import type { NamespaceScope, PortEntry, Rule } from './model.ts'
import type { Policies } from './policies.ts'
import { type Selector, selects } from './selector.ts'

type NamedPort = Extract<PortEntry, { is: 'name' }>

/** What the pods of a scope call their ports. */
interface PortNames {
  /** Numbers by `NAME/PROTOCOL`. */
  readonly numbers: ReadonlyMap<string, ReadonlySet<number>>
  /** Where pods were not read. */
  readonly gaps: readonly Gap[]
}

interface Scope {
  readonly namespaces: NamespaceScope
  readonly pods: Selector
}

/** Whether none of some names is on a pod of a scope; with gaps, as far as pods were read. */
export interface Nobodys {
  readonly isNobodys: boolean
  readonly gaps: readonly Gap[]
}

const table = memoTable<PortNames>('policy.port-names')

/**
 * Whether no pod has a port of one of these names: of an ingress rule, no pod that the policy selects; of an egress
 * rule, no pod that its peers select.
 *
 * @param destination a pod that counts whether it has been made or not
 */
export function nobodysPorts(
  { policy, peers, direction }: Rule,
  names: readonly NamedPort[],
  destination: Party | undefined,
  policies: Policies,
): Nobodys {
  const scopes: readonly Scope[] =
    direction === 'ingress'
      ? [policy.subject]
      : peers === 'all'
        ? []
        : peers.filter((peer) => peer.is === 'pods')
  const { pod, namespace } = destination ?? {}
  const isIn = ({ namespaces, pods }: Scope): boolean =>
    pod !== undefined &&
    namespace !== undefined &&
    selects(pods, pod.metadata.labels) &&
    matchNamespace(namespaces, namespace).is !== 'no'
  const own = pod === undefined || isHostNetwork(pod) || !scopes.some(isIn) ? [] : declaredBy(pod.spec)
  const wanted = new Set(names.map(keyOf))
  if (own.some(({ key }) => wanted.has(key))) return { isNobodys: false, gaps: [] }
  const found = scopes.map((scope) => portNames(scope, policies))
  const isNobodys = found.every(({ numbers }) => [...wanted].every((key) => !numbers.has(key)))
  return { isNobodys, gaps: isNobodys ? distinctGaps(found.map(({ gaps }) => gaps)) : [] }
}

/** The numbers that pods of the policy's own namespace give some names, as `PROTOCOL/NUMBER`. */
export function ownNumbers(
  { policy }: Rule,
  names: readonly NamedPort[],
  policies: Policies,
): ReadonlySet<string> {
  const { numbers } = portNames({ namespaces: policy.subject.namespaces, pods: everyPod }, policies)
  return new Set(
    names.flatMap((entry) =>
      [...(numbers.get(keyOf(entry)) ?? [])].map((number) => `${entry.protocol ?? 'TCP'}/${number}`),
    ),
  )
}

const everyPod: Selector = { canonical: '', requirements: [], faults: [] }

const keyOf = ({ name, protocol = 'TCP' }: NamedPort): string => `${name}/${protocol}`

function declaredBy({ containers }: PodSpec): readonly { readonly key: string; readonly number: number }[] {
  return containers.flatMap(({ ports }) =>
    ports.flatMap(({ name, protocol = 'TCP', containerPort }) =>
      name === undefined ? [] : [{ key: `${name}/${protocol}`, number: containerPort }],
    ),
  )
}

function portNames({ namespaces, pods }: Scope, policies: Policies): PortNames {
  const scope = 'name' in namespaces ? `=${namespaces.name}` : namespaces.selector.canonical
  return policies.inventory.memo.get(table, JSON.stringify([scope, pods.canonical]), () => {
    const names = 'name' in namespaces ? [namespaces.name] : policies.inventory.namespacesOf('Pod')
    const inScope = names.filter((name) => matchNamespace(namespaces, policies.namespace(name)).is === 'yes')
    const specs = inScope.flatMap((name) => specsIn(name, pods, policies))
    const numbers = new Map<string, Set<number>>()
    for (const { key, number } of specs.flatMap(declaredBy))
      numbers.set(key, (numbers.get(key) ?? new Set()).add(number))
    const read = 'name' in namespaces ? namespaces.name : undefined
    return { numbers, gaps: policies.inventory.list('Pod', read).gaps }
  })
}

const templated = [
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'ReplicationController',
  'Job',
  'CronJob',
] as const

/** Of pods with an address of their own; among manifests, of all pods and of those that their workloads will make. */
function specsIn(namespace: string, selector: Selector, { inventory }: Policies): readonly PodSpec[] {
  const { declared } = inventory.snapshot.coverage
  const running = inventory
    .list('Pod', namespace)
    .items.filter((pod) => !isFinished(pod) && (declared || pod.status.podIPs.length > 0))
  const templates = declared
    ? templated
        .flatMap((kind) => inventory.list(kind, namespace).items)
        .flatMap(({ spec }) => spec.template ?? [])
    : []
  return [...running, ...templates]
    .filter(({ metadata, spec }) => selects(selector, metadata.labels) && spec.hostNetwork !== true)
    .map(({ spec }) => spec)
}
