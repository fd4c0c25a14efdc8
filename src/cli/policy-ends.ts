import { type FlowEnd, podEnd, workloadEnd } from '../diagnosis/flow/ends.ts'
import type { Network } from '../network/network.ts'
import { isFinished } from '../network/policy/endpoint.ts'
import { isHeadless } from '../network/services/service-facts.ts'
import { nearest } from '../rules/similar.ts'
import { isKind, type KubeObject } from '../snapshot/kinds/kinds.ts'
import type { Pod } from '../snapshot/kinds/pod.ts'
import type { Service } from '../snapshot/kinds/service.ts'
import { KnownError } from '../snapshot/known-error.ts'
import type { Input } from './input.ts'
import { clientKinds, findService, findWorkload, type PlaceArgument } from './places.ts'
import type { FlowPlace } from './policy-place.ts'
import { namespaceOf } from './target-namespace.ts'

const mostHints = 4

const endKinds: readonly string[] = [...clientKinds, 'ReplicationController', 'Service', 'Node']

/**
 * What a typed place means in this cluster.
 *
 * @param side a name alone means what runs pods where it dials, and a Service first where it is dialled
 * @throws KnownError when there is no such object: with near names, here and in other namespaces
 */
export function endOf(
  { place, text }: FlowPlace,
  side: 'from' | 'to',
  input: Input,
  network: Network,
): FlowEnd {
  switch (place.kind) {
    case 'world':
      return { kind: 'world' }
    case 'address':
      return ownerOf(place.address, network)
    case 'object':
      return objectEnd(place.argument, text, side, input, network)
  }
}

/** The living pod, Service or node that has an address; outside otherwise. Host-network pods have their node's. */
function ownerOf(address: string, network: Network): FlowEnd {
  const owners = network.inventory.byAddress(address).items
  const node = find(owners, 'Node')
  if (node !== undefined) return { kind: 'node', node }
  const service = find(owners, 'Service')
  if (service !== undefined && !isHeadless(service)) return { kind: 'service', service }
  const pod = owners.find(
    (object): object is Pod =>
      isKind(object, 'Pod') && !isFinished(object) && object.spec.hostNetwork !== true,
  )
  return pod === undefined ? { kind: 'address', address } : podEnd(pod)
}

function find<K extends 'Node' | 'Service'>(
  objects: readonly KubeObject[],
  kind: K,
): Extract<KubeObject, { readonly kind: K }> | undefined {
  return objects.find((object): object is Extract<KubeObject, { readonly kind: K }> => object.kind === kind)
}

function objectEnd(
  argument: PlaceArgument,
  text: string,
  side: 'from' | 'to',
  input: Input,
  network: Network,
): FlowEnd {
  const { kind, name } = argument
  if (kind === 'Node') return nodeEnd(name, network)
  if (kind !== undefined && !endKinds.includes(kind))
    throw new KnownError(
      'NOT_AN_END',
      `--${side} ${text}: a ${kind} neither sends nor receives packets; use pod, deploy, sts, ds, svc, an IP or world`,
    )
  const namespace = namespaceOf(argument, side === 'to' ? ['Service', ...clientKinds] : clientKinds, input)
  if (kind === 'Service') return { kind: 'service', service: serviceNamed(argument, namespace, network) }
  if (kind === 'Pod') return podEnd(findPod(name, namespace, network))
  if (kind !== undefined) return workloadEnd(findWorkload(argument, namespace, network))
  return anyEnd(argument, namespace, side, network)
}

/** A name without a type: a Service (for `to`), a workload, a pod, a Service (for `from`), in this order. */
function anyEnd(
  argument: PlaceArgument,
  namespace: string | undefined,
  side: 'from' | 'to',
  network: Network,
): FlowEnd {
  const { name } = argument
  const service = namespace === undefined ? undefined : network.services.get(namespace, name).items[0]
  if (side === 'to' && service !== undefined) return { kind: 'service', service }
  const workloads = namespace === undefined ? [] : network.workloads.in(namespace).items
  if (workloads.some(({ reference }) => reference.name === name))
    return workloadEnd(findWorkload(argument, namespace, network))
  const pod = namespace === undefined ? undefined : network.inventory.get('Pod', namespace, name).items[0]
  if (pod !== undefined) return podEnd(pod)
  if (service !== undefined) return { kind: 'service', service }
  if (side === 'to') return { kind: 'service', service: serviceNamed(argument, namespace, network) }
  return workloadEnd(findWorkload(argument, namespace, network))
}

/** @throws KnownError when there is none: with Services of near names, else workloads of that name */
function serviceNamed(argument: PlaceArgument, namespace: string | undefined, network: Network): Service {
  const { name } = argument
  const read = namespace === undefined ? undefined : network.services.get(namespace, name)
  const isHidden = read !== undefined && read.gaps.length > 0
  const isKnown = network.inventory.list('Service').items.some(({ metadata }) => metadata.name === name)
  const workloads = network.workloads
    .namespaces()
    .flatMap((other) => network.workloads.in(other).items)
    .filter(({ reference }) => reference.name === name)
    .map(({ reference }) => `${reference.namespace}/${reference.kind.toLowerCase()}/${name}`)
  if (isHidden || isKnown || workloads.length === 0) return findService(argument, namespace, network)
  throw new KnownError(
    'NOT_FOUND',
    `service "${name}" does not exist${namespace === undefined ? '' : ` in namespace "${namespace}"`}: did you mean ${workloads.slice(0, mostHints).join(' or ')}?`,
  )
}

function nodeEnd(name: string, network: Network): FlowEnd {
  const [node] = network.inventory.get('Node', '', name).items
  if (node !== undefined) return { kind: 'node', node }
  const [gap] = network.inventory.gaps('Node')
  if (gap !== undefined)
    throw new KnownError('NOT_READABLE', `nodes could not be read (${gap.permission ?? gap.why})`)
  const near = nearest(
    name,
    network.inventory.list('Node').items.map(({ metadata }) => metadata.name),
  )
  throw new KnownError(
    'NOT_FOUND',
    `node "${name}" does not exist${near.length === 0 ? '' : `: did you mean ${near.map((item) => `node/${item}`).join(' or ')}?`}`,
  )
}

/** @throws KnownError when there is none, or pods may not be read */
function findPod(name: string, namespace: string | undefined, network: Network): Pod {
  const { inventory } = network
  const read = namespace === undefined ? undefined : inventory.get('Pod', namespace, name)
  const [pod] = read?.items ?? []
  if (pod !== undefined) return pod
  const [gap] = read?.gaps ?? []
  if (gap !== undefined)
    throw new KnownError(
      'NOT_READABLE',
      `pods in namespace "${namespace}" could not be read (${gap.permission ?? gap.why})`,
    )
  const all = inventory.list('Pod').items.map(({ metadata }) => metadata)
  const here = all.filter((item) => item.namespace === namespace).map((item) => item.name)
  const elsewhere = all
    .filter((item) => item.name === name)
    .map((item) => `${item.namespace}/pod/${item.name}`)
  // A pod is often typed from memory, without the end that its controller made up.
  const longer = here.filter((item) => item.startsWith(`${name}-`))
  const meant = [...new Set([...longer, ...nearest(name, here)])].map((item) => `pod/${item}`)
  const shown = [...elsewhere, ...meant].slice(0, mostHints)
  const where = namespace === undefined ? 'these files' : `namespace "${namespace}"`
  const hint = shown.length === 0 ? '' : `: did you mean ${shown.join(' or ')}?`
  throw new KnownError('NOT_FOUND', `pod "${name}" does not exist in ${where}${hint}`)
}
