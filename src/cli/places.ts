import type { Network } from '../network/network.ts'
import type { Workload } from '../network/workloads/workload.ts'
import { nearest } from '../rules/similar.ts'
import { definitionOf, type KindName, kindNames } from '../snapshot/kinds/kinds.ts'
import type { Service } from '../snapshot/kinds/service.ts'
import { KnownError } from '../snapshot/known-error.ts'

const mostHints = 4

/** `[NAMESPACE/][TYPE/]NAME` as people write it. */
export interface PlaceArgument {
  readonly namespace?: string | undefined
  /** The kind, from kubectl's plural, singular or short name. */
  readonly kind?: string | undefined
  readonly name: string
}

/** The kind that kubectl means by `deploy`, `deployments` or `Deployment`. */
export function kindOfType(type: string): KindName | undefined {
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

/**
 * Parses `TYPE NAME`, the other way in which kubectl is told an object; the type may follow a namespace.
 *
 * @throws KnownError when the first word is no type
 */
export function parseTypeAndName(type: string, name: string): PlaceArgument {
  const parts = type.split('/')
  return parts.length === 1
    ? { kind: requireKind(type), name: parsePlace(name).name }
    : parsePlace(`${type}/${name}`)
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

/** `auth.shop` or `auth.shop.svc.cluster.local`, as clients dial a Service: neither name can hold a dot. */
const dnsName = /^([^./]+)\.([^./]+)(?:\.svc(?:\..+)?)?\.?$/

/** A Service as an argument: a place, or the DNS name that clients dial. Its port, as a place has one, changes nothing. */
export function parseServicePlace(text: string): PlaceArgument {
  const place = text.replace(/(?<=[^:]):[\w-]+(\/[a-z]+)?$/i, '')
  const [, name, namespace] = dnsName.exec(place) ?? []
  return name === undefined ? parsePlace(place) : { namespace, kind: 'Service', name }
}

/**
 * Refuses what is no Service, before anything is read.
 *
 * @throws KnownError that names the command for clients
 */
export function requireService({ kind, name }: PlaceArgument): void {
  if (kind === undefined || kind === 'Service') return
  throw new KnownError(
    'NOT_A_SERVICE',
    `svc takes the name of a Service, not of a ${kind}: for a client use "kubectl netdoctor from ${kind.toLowerCase()}/${name}"`,
  )
}

/** What runs pods, and so may dial something. */
export const clientKinds: readonly string[] = [
  'Pod',
  'Deployment',
  'ReplicaSet',
  'StatefulSet',
  'DaemonSet',
  'Job',
  'CronJob',
]

/**
 * Refuses what runs no pods, before anything is read.
 *
 * @throws KnownError that names the command for Services
 */
export function requireClient({ kind, name }: PlaceArgument): void {
  if (kind === undefined || clientKinds.includes(kind)) return
  const hint = kind === 'Service' ? `: for a Service use "kubectl netdoctor svc ${name}"` : ''
  throw new KnownError(
    'NOT_A_CLIENT',
    `from takes what runs pods, such as deploy/web, not ${/^[AEIOU]/.test(kind) ? 'an' : 'a'} ${kind}${hint}`,
  )
}

/**
 * The Service that an argument means.
 *
 * @throws KnownError when there is none: with near names, here and in other namespaces, or what may not be read
 */
export function findService(
  argument: PlaceArgument,
  namespace: string | undefined,
  network: Network,
): Service {
  const read = namespace === undefined ? undefined : network.services.get(namespace, argument.name)
  const [service] = read?.items ?? []
  if (service !== undefined) return service
  const [gap] = read?.gaps ?? []
  if (gap !== undefined)
    throw new KnownError(
      'NOT_READABLE',
      `services in namespace "${namespace}" could not be read (${gap.permission ?? gap.detail ?? gap.why})`,
    )
  const known = network.inventory.list('Service').items.map(({ metadata }) => ({
    namespace: metadata.namespace ?? '',
    name: metadata.name,
    label: metadata.name,
  }))
  throw (
    dialledAnyway(argument.name, namespace, network) ?? notFound('service', argument.name, namespace, known)
  )
}

/** A Service that is missing, and missed. */
function dialledAnyway(name: string, asked: string | undefined, network: Network): KnownError | undefined {
  for (const namespace of asked === undefined ? network.workloads.namespaces() : [asked]) {
    const clients = network.traffic
      .toName(namespace, name)
      .items.flatMap(({ client }) => (client.kind === 'workload' ? [client.workload.reference] : []))
    const names = [...new Set(clients.map((by) => `${by.kind.toLowerCase()}/${by.name}`))].sort()
    const [first] = names
    if (first === undefined) continue
    const others = names.length === 1 ? ' dials it' : ` and ${names.length - 1} more dial it`
    return new KnownError(
      'NOT_FOUND',
      `service "${name}" does not exist in namespace "${namespace}", but ${first}${others}: ` +
        `see kubectl netdoctor -n ${namespace} from ${first}`,
    )
  }
  return undefined
}

/**
 * The workload that an argument means: by type and name, by name alone, or the owner of a pod.
 *
 * @throws KnownError when there is none, or when several have that name
 */
export function findWorkload(
  argument: PlaceArgument,
  namespace: string | undefined,
  network: Network,
): Workload {
  const found = namespace === undefined ? undefined : workloadIn(argument, namespace, network)
  if (found !== undefined) return found
  const known = network.workloads
    .namespaces()
    .flatMap((other) => network.workloads.in(other).items)
    .map(({ reference }) => ({
      namespace: reference.namespace ?? '',
      name: reference.name,
      label: `${reference.kind.toLowerCase()}/${reference.name}`,
    }))
  throw notFound(argument.kind?.toLowerCase() ?? 'workload', argument.name, namespace, known)
}

/** What a controller makes for another: `from` means the one that people wrote. */
const madeKinds = ['Pod', 'ReplicaSet', 'Job'] as const

/** The workload that a pod, a ReplicaSet or a Job of that name belongs to. */
function ownerOf(
  { kind, name }: PlaceArgument,
  namespace: string,
  network: Network,
): readonly Workload[] | undefined {
  for (const made of madeKinds) {
    if (kind !== undefined && kind !== made) continue
    const object = network.inventory.get(made, namespace, name).items[0]
    if (object === undefined) continue
    const workload = object.kind === 'Pod' ? network.workloads.ofPod(object) : undefined
    if (workload !== undefined) return [workload]
    const owner = object.metadata.ownerReferences.find(({ controller }) => controller === true)
    const owners = network.workloads
      .in(namespace)
      .items.filter(({ reference }) => reference.kind === owner?.kind && reference.name === owner.name)
    if (owners.length > 0) return owners
  }
  return undefined
}

function workloadIn(argument: PlaceArgument, namespace: string, network: Network): Workload | undefined {
  const read = network.workloads.in(namespace)
  const byName = read.items.filter(
    ({ reference }) =>
      reference.name === argument.name && (argument.kind === undefined || reference.kind === argument.kind),
  )
  const named = byName.length > 0 ? byName : (ownerOf(argument, namespace, network) ?? [])
  if (named.length > 1) {
    throw new KnownError(
      'AMBIGUOUS_NAME',
      `several workloads in namespace "${namespace}" are called ${argument.name}: say which, ${named.map(({ reference }) => `${reference.kind.toLowerCase()}/${reference.name}`).join(' or ')}`,
    )
  }
  const [gap] = read.gaps
  if (read.items.length === 0 && gap !== undefined) {
    throw new KnownError(
      'NOT_READABLE',
      `workloads in namespace "${namespace}" could not be read (${gap.permission ?? gap.why})`,
    )
  }
  return named[0]
}

interface Known {
  readonly namespace: string
  readonly name: string
  /** What to type for it in its namespace. */
  readonly label: string
}

/** Names what may be meant: near names here, the same name elsewhere, else near names elsewhere. */
function notFound(
  what: string,
  name: string,
  namespace: string | undefined,
  known: readonly Known[],
): KnownError {
  const here = known.filter((item) => item.namespace === namespace)
  const elsewhere = known.filter((item) => item.namespace !== namespace)
  const near = (items: readonly Known[]): readonly Known[] =>
    nearest(
      name,
      items.map((item) => item.name),
    ).flatMap((candidate) => items.filter((item) => item.name === candidate))
  const outside = (items: readonly Known[]): readonly string[] =>
    items.map((item) => `${item.namespace}/${item.label}`)
  const sure = [...here.filter((item) => item.name === name), ...near(here)].map((item) => item.label)
  const meant = [...sure, ...outside(elsewhere.filter((item) => item.name === name))]
  const shown = [...new Set(meant.length === 0 ? outside(near(elsewhere)) : meant)].slice(0, mostHints)
  const hint = shown.length === 0 ? '' : `: did you mean ${shown.join(' or ')}?`
  const where = namespace === undefined ? 'these files' : `namespace "${namespace}"`
  return new KnownError('NOT_FOUND', `${what} "${name}" does not exist in ${where}${hint}`)
}
