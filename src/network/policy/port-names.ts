import type { PodSpec } from '../../snapshot/kinds/pod-spec.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
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
  readonly pods: number
  /** Pods of a namespace may belong here too: its labels are not known. */
  readonly isUnsure: boolean
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

/** Port entries of which nobody has the name, as far as was read. */
export interface Undeclared {
  readonly entries: readonly NamedPort[]
  /** What the destinations do declare, as `NAME/PROTOCOL`. */
  readonly known: readonly string[]
  readonly isUnsure: boolean
  readonly gaps: readonly Gap[]
}

const declaredByAll: Undeclared = { entries: [], known: [], isUnsure: false, gaps: [] }

const table = memoTable<PortNames>('policy.port-names')

/**
 * Whether no pod has a port of one of these names: of an ingress rule, no pod that the policy selects; of an egress
 * rule, no pod that its peers select.
 *
 * @param destination a pod that counts whether it has been made or not
 */
export function nobodysPorts(
  rule: Rule,
  names: readonly NamedPort[],
  destination: Party | undefined,
  policies: Policies,
): Nobodys {
  const scopes = destinationsOf(rule)
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

function destinationsOf({ policy, peers, direction }: Rule): readonly Scope[] {
  if (direction === 'ingress') return [policy.subject]
  return peers === 'all' ? [] : peers.filter((peer) => peer.is === 'pods')
}

/**
 * Which port names of a rule no destination has, though there are some: neither a pod nor what a workload would make.
 * Empty where the destinations are not told by labels alone.
 */
export function undeclaredNames(rule: Rule, policies: Policies): Undeclared {
  const { peers, ports, direction, policy, doubt } = rule
  const isByAddress =
    direction === 'egress' && (peers === 'all' || peers.some(({ is }) => is !== 'pods' && is !== 'nothing'))
  if (ports === 'all' || isByAddress || doubt !== undefined || policy.subject.doubt !== undefined)
    return declaredByAll
  const found = destinationsOf(rule).map((scope) => portNames(scope, policies, 'and-templates'))
  if (!found.some(({ pods }) => pods > 0)) return declaredByAll
  const entries = ports
    .filter((entry) => entry.is === 'name')
    .filter((entry) => !found.some(({ numbers }) => numbers.has(keyOf(entry))))
  return {
    entries,
    known: [...new Set(found.flatMap(({ numbers }) => [...numbers.keys()]))].sort(),
    isUnsure: found.some(({ isUnsure }) => isUnsure),
    gaps: distinctGaps(found.map(({ gaps }) => gaps)),
  }
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

type Counted = 'as-running' | 'and-templates'

function portNames(
  { namespaces, pods }: Scope,
  policies: Policies,
  counted: Counted = 'as-running',
): PortNames {
  const { inventory } = policies
  const scope = 'name' in namespaces ? `=${namespaces.name}` : namespaces.selector.canonical
  return inventory.memo.get(table, JSON.stringify([scope, pods.canonical, counted]), () => {
    const own = 'name' in namespaces ? namespaces.name : undefined
    const names = own === undefined ? namespacesOf(inventory, counted) : [own]
    const matched = names.map((name) => ({
      name,
      is: matchNamespace(namespaces, policies.namespace(name)).is,
    }))
    const inScope = matched.filter(({ is }) => is === 'yes').map(({ name }) => name)
    const specs = inScope.flatMap((name) => specsIn(name, pods, inventory, counted))
    const numbers = new Map<string, Set<number>>()
    for (const { key, number } of specs.flatMap(declaredBy))
      numbers.set(key, (numbers.get(key) ?? new Set()).add(number))
    const kinds = counted === 'as-running' ? (['Pod'] as const) : (['Pod', ...templated] as const)
    const gaps = distinctGaps(kinds.map((kind) => inventory.list(kind, own).gaps))
    return { numbers, pods: specs.length, isUnsure: matched.some(({ is }) => is === 'maybe'), gaps }
  })
}

function namespacesOf(inventory: Inventory, counted: Counted): readonly string[] {
  const kinds = counted === 'as-running' ? (['Pod'] as const) : (['Pod', ...templated] as const)
  return [...new Set(kinds.flatMap((kind) => inventory.namespacesOf(kind)))]
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

/**
 * Of pods with an address of their own; among manifests of all pods. Of what workloads would make too, where that is
 * asked for, and among manifests.
 */
function specsIn(
  namespace: string,
  selector: Selector,
  inventory: Inventory,
  counted: Counted,
): readonly PodSpec[] {
  const { declared } = inventory.snapshot.coverage
  const running = inventory
    .list('Pod', namespace)
    .items.filter((pod) => !isFinished(pod) && (declared || pod.status.podIPs.length > 0))
  const templates =
    declared || counted === 'and-templates'
      ? templated
          .flatMap((kind) => inventory.list(kind, namespace).items)
          .flatMap(({ spec }) => spec.template ?? [])
      : []
  return [...running, ...templates]
    .filter(({ metadata, spec }) => selects(selector, metadata.labels) && spec.hostNetwork !== true)
    .map(({ spec }) => spec)
}
