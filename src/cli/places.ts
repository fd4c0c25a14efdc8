import type { Network } from '../network/network.ts'
import type { Workload } from '../network/workloads/workload.ts'
import { nearest } from '../rules/similar.ts'
import { definitionOf, kindNames } from '../snapshot/kinds/kinds.ts'
import type { Service } from '../snapshot/kinds/service.ts'
import { KnownError } from '../snapshot/known-error.ts'

/** `[NAMESPACE/][TYPE/]NAME` as people write it. */
export interface PlaceArgument {
  readonly namespace?: string | undefined
  /** The kind, from kubectl's plural, singular or short name. */
  readonly kind?: string | undefined
  readonly name: string
}

/** The kind that kubectl means by `deploy`, `deployments` or `Deployment`. */
export function kindOfType(type: string): string | undefined {
  const wanted = type.toLowerCase().split('.')[0] ?? ''
  return kindNames.find((kind) => {
    const { plural, shortNames = [] } = definitionOf(kind)
    return kind.toLowerCase() === wanted || plural === wanted || shortNames.includes(wanted)
  })
}

/**
 * Parses `[NAMESPACE/]TYPE/NAME`, `NAMESPACE/NAME` or `NAME`.
 *
 * @throws KnownError when there are more parts, or an empty one
 */
export function parsePlace(text: string): PlaceArgument {
  const parts = text.split('/')
  const [first = '', second, third] = parts
  if (parts.length > 3 || parts.includes('')) {
    throw new KnownError(
      'BAD_PLACE',
      `"${text}" is not of the form [NAMESPACE/][TYPE/]NAME, such as deploy/web or shop/svc/web`,
    )
  }
  if (second === undefined) return { name: first }
  if (third !== undefined) return { namespace: first, kind: requireKind(second), name: third }
  const kind = kindOfType(first)
  return kind === undefined ? { namespace: first, name: second } : { kind, name: second }
}

function requireKind(type: string): string {
  const kind = kindOfType(type)
  if (kind === undefined)
    throw new KnownError(
      'UNKNOWN_TYPE',
      `"${type}" is not a resource type that netdoctor knows: use svc, deploy, sts, ds, pod, ...`,
    )
  return kind
}

/**
 * The Service that an argument means.
 *
 * @throws KnownError when there is none: with near names, here and in other namespaces, or what may not be read
 */
export function findService(argument: PlaceArgument, namespace: string, network: Network): Service {
  if (argument.kind !== undefined && argument.kind !== 'Service') {
    throw new KnownError(
      'NOT_A_SERVICE',
      `svc takes the name of a Service, not of a ${argument.kind}: for a client use "kubectl netdoctor from ${argument.kind.toLowerCase()}/${argument.name}"`,
    )
  }
  const read = network.services.get(namespace, argument.name)
  const [service] = read.items
  if (service !== undefined) return service
  const [gap] = read.gaps
  if (gap !== undefined)
    throw new KnownError(
      'NOT_READABLE',
      `services in namespace "${namespace}" could not be read (${gap.permission ?? gap.detail ?? gap.why})`,
    )
  const all = network.inventory.list('Service').items
  const elsewhere = all
    .filter((item) => item.metadata.name === argument.name)
    .map((item) => `${item.metadata.namespace}/${item.metadata.name}`)
  const here = nearest(
    argument.name,
    all.filter((item) => item.metadata.namespace === namespace).map((item) => item.metadata.name),
  )
  throw notFound('service', argument.name, namespace, here, elsewhere)
}

/**
 * The workload that an argument means: by type and name, by name alone, or the owner of a pod.
 *
 * @throws KnownError when there is none, or when several have that name
 */
export function findWorkload(argument: PlaceArgument, namespace: string, network: Network): Workload {
  const read = network.workloads.in(namespace)
  if (argument.kind === 'Pod') {
    const pod = network.inventory.get('Pod', namespace, argument.name).items[0]
    const owner = pod === undefined ? undefined : network.workloads.ofPod(pod)
    if (owner !== undefined) return owner
  }
  const named = read.items.filter(
    ({ reference }) =>
      reference.name === argument.name && (argument.kind === undefined || reference.kind === argument.kind),
  )
  const [workload, another] = named
  if (workload !== undefined && another !== undefined) {
    throw new KnownError(
      'AMBIGUOUS_NAME',
      `several workloads in namespace "${namespace}" are called ${argument.name}: say which, ${named.map(({ reference }) => `${reference.kind.toLowerCase()}/${reference.name}`).join(' or ')}`,
    )
  }
  if (workload !== undefined) return workload
  const elsewhere = network.workloads
    .namespaces()
    .flatMap((other) => network.workloads.in(other).items)
    .filter(({ reference }) => reference.name === argument.name)
    .map(({ reference }) => `${reference.namespace}/${reference.kind.toLowerCase()}/${reference.name}`)
  const here = nearest(
    argument.name,
    read.items.map(({ reference }) => reference.name),
  )
  if (read.items.length === 0 && read.gaps[0] !== undefined) {
    throw new KnownError(
      'NOT_READABLE',
      `workloads in namespace "${namespace}" could not be read (${read.gaps[0].permission ?? read.gaps[0].why})`,
    )
  }
  throw notFound(argument.kind?.toLowerCase() ?? 'workload', argument.name, namespace, here, elsewhere)
}

function notFound(
  what: string,
  name: string,
  namespace: string,
  here: readonly string[],
  elsewhere: readonly string[],
): KnownError {
  const near = [...here, ...elsewhere.slice(0, 3)]
  const hint = near.length === 0 ? '' : `: did you mean ${near.join(' or ')}?`
  return new KnownError('NOT_FOUND', `${what} "${name}" does not exist in namespace "${namespace}"${hint}`)
}
