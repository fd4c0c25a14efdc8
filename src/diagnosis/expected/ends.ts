import type { Network } from '../../network/network.ts'
import { type Endpoint, isSamePod } from '../../network/policy/endpoint.ts'
import type { Policies } from '../../network/policy/policies.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { nearest } from '../../rules/similar.ts'
import type { Expectation } from '../../snapshot/files/expectations.ts'
import { isKind } from '../../snapshot/kinds/kinds.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { KnownError } from '../../snapshot/known-error.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { FlowEnd } from '../flow/ends.ts'
import { targetPorts } from '../flow/targets.ts'
import { worldEnds } from '../flow/world.ts'
import { unreadOwners } from '../reach/unowned.ts'

/** An end as it was written, taken apart. */
export type WrittenPlace =
  | { readonly kind: 'world' }
  | { readonly kind: 'address'; readonly address: string }
  | {
      readonly kind: 'object'
      readonly argument: {
        readonly namespace?: string | undefined
        readonly kind?: string | undefined
        readonly name: string
      }
    }

/** How places are read, and which namespace is meant where they name none. */
export interface PlaceReader {
  /** @throws KnownError when the text is no place */
  readonly parse: (text: string) => WrittenPlace
  readonly namespace: string | undefined
}

/** One flow that an expectation stands for. */
export interface ExpectedFlow {
  readonly source: Endpoint
  readonly destination: Endpoint
  /** What the flow is judged at: behind a Service the port of this endpoint. */
  readonly port: number
  readonly throughService: boolean
}

interface Target {
  readonly endpoint: Endpoint
  readonly port: number
}

interface Targets {
  readonly ends: readonly Target[]
  readonly throughService: boolean
}

/** What one end means: pods that are there, a Service, or whatever is outside. */
type Found =
  | { readonly kind: 'ends'; readonly ends: readonly Endpoint[]; readonly flowEnd?: FlowEnd | undefined }
  | { readonly kind: 'service'; readonly service: Service }
  | { readonly kind: 'world' }

const endKinds: ReadonlySet<string> = new Set([
  ...['Pod', 'Service', 'Deployment', 'ReplicaSet', 'StatefulSet', 'DaemonSet', 'Job', 'CronJob'],
  'ReplicationController',
])

/** Finds what the ends of expectations mean, each once. */
export class ExpectedEnds {
  readonly #network: Network
  readonly #policies: Policies
  readonly #places: PlaceReader
  readonly #pods = new Map<string, ReadonlyMap<string, Pod>>()
  readonly #found = new Map<string, Found>()
  readonly #targets = new Map<string, Targets>()

  constructor(network: Network, policies: Policies, places: PlaceReader) {
    this.#network = network
    this.#policies = policies
    this.#places = places
  }

  /** @throws KnownError when there is no such pod, workload, Service, namespace, port or endpoint */
  flows(expectation: Expectation): readonly ExpectedFlow[] {
    const from = this.#end(expectation.from, 'from')
    const to = this.#end(expectation.to, 'to')
    if (to.kind === 'world') {
      const port = Number(expectation.port)
      if (Number.isNaN(port)) throw new KnownError('PORT_MISSING', 'world has no port names: give a number')
      return this.#sources(from, []).flatMap((source) =>
        worldEnds([source], this.#policies).map(({ end: destination }) => ({
          source,
          destination,
          port,
          throughService: false,
        })),
      )
    }
    const { ends, throughService } = this.#targetsOf(to, expectation)
    const sources = this.#sources(
      from,
      ends.map(({ endpoint }) => endpoint),
    )
    const flows = sources.flatMap((source) =>
      ends.map(({ endpoint: destination, port }) => ({ source, destination, port, throughService })),
    )
    // A pod always reaches its own address; where others ask too, that says nothing.
    const others = throughService ? flows : flows.filter((flow) => !isSelf(flow))
    return others.length > 0 ? others : flows
  }

  #sources(from: Found, destinations: readonly Endpoint[]): readonly Endpoint[] {
    if (from.kind === 'ends') return from.ends
    if (from.kind === 'world') return worldEnds(destinations, this.#policies).map(({ end }) => end)
    return this.#network.services
      .endpoints(from.service)
      .items.flatMap(({ pod }) => (pod === undefined ? [] : [{ kind: 'pod' as const, pod }]))
  }

  #targetsOf(to: Exclude<Found, { kind: 'world' }>, { to: written, port, protocol }: Expectation): Targets {
    const key = `${protocol}/${port} ${written}`
    const known = this.#targets.get(key)
    if (known !== undefined) return known
    const found = this.#findTargets(to, written, port, protocol)
    this.#targets.set(key, found)
    return found
  }

  #findTargets(
    to: Exclude<Found, { kind: 'world' }>,
    written: string,
    port: number | string,
    protocol: Expectation['protocol'],
  ): Targets {
    if (to.kind === 'ends' && typeof port === 'number')
      return { ends: to.ends.map((endpoint) => ({ endpoint, port })), throughService: false }
    const end: FlowEnd | undefined =
      to.kind === 'service' ? { kind: 'service', service: to.service } : to.flowEnd
    if (end === undefined)
      throw new KnownError(
        'PORT_MISSING',
        `${written} has no port names: give the number instead of "${port}"`,
      )
    const targets = targetPorts(end, { port, protocol }, this.#network)
    const ends = targets.flatMap((target) =>
      target.targets.map(({ end: endpoint, port: number }) => ({ endpoint, port: number })),
    )
    if (ends.length === 0)
      throw new KnownError(
        'NO_ENDPOINTS',
        `${written} port ${port} has no endpoints: there is nothing to judge`,
      )
    return { ends, throughService: targets.some(({ isTranslated }) => isTranslated) }
  }

  #end(text: string, side: 'from' | 'to'): Found {
    const key = `${side} ${text}`
    const known = this.#found.get(key)
    if (known !== undefined) return known
    const found = this.#find(text, side)
    this.#found.set(key, found)
    return found
  }

  #find(text: string, side: 'from' | 'to'): Found {
    if (text.startsWith('ip:')) return this.#atAddress(text.slice('ip:'.length), text)
    const [namespace = '', name = '', ...more] = text.split('/')
    // Two words are a namespace and its pod wherever there is one: a namespace may be called as a type is.
    const pod = more.length === 0 ? this.#podsIn(namespace).get(name) : undefined
    if (pod !== undefined) return ofPods(text, [pod])
    const place = this.#places.parse(text.replace(/^svc:([^/]+)\//, '$1/svc/').replace(/^svc:/, 'svc/'))
    switch (place.kind) {
      case 'world':
        return { kind: 'world' }
      case 'address':
        return this.#atAddress(place.address, text)
      case 'object':
        return this.#object(place.argument, text, side)
    }
  }

  /** Outside of the cluster, unless a pod has it. */
  #atAddress(address: string, text: string): Found {
    const place = this.#places.parse(address)
    if (place.kind !== 'address') throw new KnownError('NOT_AN_ADDRESS', `"${address}" is not an IP address`)
    const owners = this.#network.inventory
      .byAddress(place.address)
      .items.filter((object) => isKind(object, 'Pod'))
    const pod = owners.find(({ spec }) => spec.hostNetwork !== true)
    if (pod !== undefined) return ofPods(text, [pod])
    const [hidden] = unreadOwners({ kind: 'address', address: place.address }, this.#network)
    if (hidden !== undefined)
      throw new KnownError(
        'NOT_READABLE',
        `${text}: nobody that was read has this address, and not all pods were read (${hidden.permission ?? hidden.why})`,
      )
    return { kind: 'ends', ends: [{ kind: 'outside', address: place.address }] }
  }

  #object(
    { namespace: written, kind, name }: Extract<WrittenPlace, { kind: 'object' }>['argument'],
    text: string,
    side: 'from' | 'to',
  ): Found {
    if (kind === 'Node') return this.#node(name)
    if (kind !== undefined && !endKinds.has(kind))
      throw new KnownError('NOT_AN_END', `${text}: a ${kind} neither sends nor receives packets`)
    const namespace = written ?? this.#homeOf(name)
    const { inventory, services, workloads } = this.#network
    if (kind === undefined || kind === 'Pod') {
      const pod = this.#podsIn(namespace).get(name)
      if (pod !== undefined) return ofPods(text, [pod])
    }
    if (kind !== 'Service' && kind !== 'Pod') {
      const found = workloads
        .in(namespace)
        .items.filter(
          ({ reference }) => reference.name === name && (kind ?? reference.kind) === reference.kind,
        )
      const [first, second] = found
      if (first !== undefined && second === undefined) return this.#ofWorkload(first, text)
      if (second !== undefined)
        throw new KnownError(
          'AMBIGUOUS_NAME',
          `${text}: several workloads are called ${name}: say which, ${found.map(({ reference }) => `${namespace}/${reference.kind.toLowerCase()}/${name}`).join(' or ')}`,
        )
      const owned = [...this.#podsIn(namespace).values()].filter(({ metadata }) =>
        metadata.ownerReferences.some((owner) => owner.kind === kind && owner.name === name),
      )
      if (owned.length > 0) return ofPods(text, owned)
    }
    if (kind === 'Service' || (kind === undefined && side === 'to')) {
      const [service] = services.get(namespace, name).items
      if (service !== undefined) return { kind: 'service', service }
    }
    if (kind === 'Service')
      throw this.#notFound(
        'Service',
        text,
        name,
        services.in(namespace).items.map(({ metadata }) => metadata.name),
        namespace,
        inventory.gaps('Service', namespace),
      )
    const isPod = kind === undefined || kind === 'Pod'
    throw this.#notFound(
      isPod ? 'pod' : kind.toLowerCase(),
      text,
      name,
      isPod
        ? [...this.#podsIn(namespace).keys()]
        : workloads.in(namespace).items.map(({ reference }) => reference.name),
      namespace,
      isPod ? inventory.gaps('Pod', namespace) : workloads.in(namespace).gaps,
    )
  }

  #ofWorkload(workload: Workload, text: string): Found {
    const own = [...this.#podsIn(workload.namespace).values()].filter(
      (pod) => this.#network.workloads.ofPod(pod) === workload,
    )
    if (own.length > 0) return ofPods(text, own, workload)
    throw new KnownError('NO_PODS', `${text} has no pods`)
  }

  #node(name: string): Found {
    const [node] = this.#network.inventory.get('Node', '', name).items
    if (node !== undefined) return { kind: 'ends', ends: [{ kind: 'node', node }] }
    throw new KnownError('NOT_FOUND', `node/${name}: node "${name}" does not exist`)
  }

  /** The namespace of `-n`, else the only one that has something of that name, else kubectl's. */
  #homeOf(name: string): string {
    if (this.#places.namespace !== undefined) return this.#places.namespace
    const { services, workloads } = this.#network
    const holding = workloads
      .namespaces()
      .filter(
        (namespace) =>
          this.#podsIn(namespace).has(name) ||
          workloads.in(namespace).items.some(({ reference }) => reference.name === name) ||
          services.get(namespace, name).items.length > 0,
      )
    const [first = 'default', second] = holding
    if (second === undefined) return first
    throw new KnownError(
      'AMBIGUOUS_NAMESPACE',
      `${name} is in the namespaces ${holding.join(', ')}: say which, ${first}/${name}`,
    )
  }

  #podsIn(namespace: string): ReadonlyMap<string, Pod> {
    const known = this.#pods.get(namespace)
    if (known !== undefined) return known
    const pods = new Map(
      this.#network.workloads.podsIn(namespace).items.map((pod) => [pod.metadata.name, pod]),
    )
    this.#pods.set(namespace, pods)
    return pods
  }

  #notFound(
    what: string,
    written: string,
    name: string,
    known: readonly string[],
    namespace: string,
    [gap]: readonly Gap[],
  ): KnownError {
    if (gap !== undefined)
      return new KnownError(
        'NOT_READABLE',
        `${written}: ${what}s in namespace "${namespace}" could not be read (${gap.permission ?? gap.why})`,
      )
    const all = this.#network.workloads.namespaces()
    if (!all.includes(namespace) && known.length === 0) {
      const near = nearest(namespace, all)
      const hint = near.length > 0 ? `: did you mean ${near.join(' or ')}?` : ''
      return new KnownError(
        'NOT_FOUND',
        `${written}: no namespace "${namespace}" with pods is among the resources${hint}`,
      )
    }
    const near = nearest(name, known)
    const hint =
      near.length > 0
        ? `: did you mean ${near.join(' or ')}?`
        : known.length > 0 && known.length <= 5
          ? `: there are ${known.join(', ')}`
          : ''
    return new KnownError(
      'NOT_FOUND',
      `${written}: ${what} "${name}" does not exist in namespace "${namespace}"${hint}`,
    )
  }
}

const isSelf = ({ source, destination }: ExpectedFlow): boolean =>
  source.kind === 'pod' && destination.kind === 'pod' && isSamePod(source.pod, destination.pod)

/** Pods, with what names their ports. */
function ofPods(text: string, pods: readonly Pod[], workload?: Workload): Found {
  const [first] = pods
  const reference = workload?.reference ?? {
    apiVersion: 'v1',
    kind: 'Pod',
    namespace: first?.metadata.namespace,
    name: first?.metadata.name ?? text,
  }
  return {
    kind: 'ends',
    ends: pods.map((pod) => ({ kind: 'pod', pod })),
    flowEnd: { kind: 'pods', reference, pods, isStandIn: false },
  }
}
