import { parseAddress } from '../../network/inventory/address.ts'
import type { Network } from '../../network/network.ts'
import type { Endpoint } from '../../network/policy/endpoint.ts'
import { nearest } from '../../rules/similar.ts'
import type { Expectation } from '../../snapshot/files/expectations.ts'
import { isKind } from '../../snapshot/kinds/kinds.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import { KnownError } from '../../snapshot/known-error.ts'
import { targetPorts } from '../flow/targets.ts'

/** An end of an expected flow as it is in one world. */
export interface ExpectedEnd {
  readonly endpoint: Endpoint
  /** What the flow is judged at: behind a Service the port of this endpoint. */
  readonly port: number
}

/** Finds what the ends of expectations mean, each once. */
export class ExpectedEnds {
  readonly #network: Network
  readonly #pods = new Map<string, ReadonlyMap<string, Pod>>()
  readonly #found = new Map<string, readonly Endpoint[]>()

  constructor(network: Network) {
    this.#network = network
  }

  /** @throws KnownError when there is no such pod, workload or namespace */
  sources({ from }: Expectation): readonly Endpoint[] {
    return this.#endpoints(from)
  }

  /** @throws KnownError when there is no such pod, workload, Service, port or endpoint */
  destinations(expectation: Expectation): readonly ExpectedEnd[] {
    const { to, port } = expectation
    if (to.startsWith('svc:')) return this.#behind(expectation)
    return this.#endpoints(to).map((endpoint) => ({ endpoint, port: Number(port) }))
  }

  #endpoints(name: string): readonly Endpoint[] {
    const known = this.#found.get(name)
    if (known !== undefined) return known
    const found = this.#find(name)
    this.#found.set(name, found)
    return found
  }

  #find(name: string): readonly Endpoint[] {
    if (name.startsWith('ip:')) return [this.#atAddress(name.slice(3))]
    const [namespace = '', second = '', third] = name.split('/')
    if (third !== undefined) return this.#ofWorkload(namespace, second, third)
    const pods = this.#podsIn(namespace)
    const pod = pods.get(second)
    if (pod !== undefined) return [{ kind: 'pod', pod }]
    throw this.#notFound('pod', name, second, [...pods.keys()], namespace)
  }

  /** Outside of the cluster, unless a pod has it. */
  #atAddress(address: string): Endpoint {
    if (parseAddress(address) === undefined)
      throw new KnownError('NOT_AN_ADDRESS', `"${address}" is not an IP address`)
    const owners = this.#network.inventory.byAddress(address).items.filter((object) => isKind(object, 'Pod'))
    const pod = owners.find(({ spec }) => spec.hostNetwork !== true)
    return pod === undefined ? { kind: 'outside', address } : { kind: 'pod', pod }
  }

  #ofWorkload(namespace: string, type: string, name: string): readonly Endpoint[] {
    const { items } = this.#network.workloads.in(namespace)
    const workload = items.find(({ reference }) => reference.name === name && isType(type, reference.kind))
    const pods = [...this.#podsIn(namespace).values()]
    const own = pods.filter(
      (pod) => workload !== undefined && this.#network.workloads.ofPod(pod) === workload,
    )
    if (own.length > 0) return own.map((pod) => ({ kind: 'pod', pod }))
    const known = items.map(({ reference }) => reference.name)
    if (workload === undefined)
      throw this.#notFound(type, `${namespace}/${type}/${name}`, name, known, namespace)
    throw new KnownError('NO_PODS', `${namespace}/${type}/${name} has no pods`)
  }

  #behind({ to, port, protocol }: Expectation): readonly ExpectedEnd[] {
    const [namespace = '', name = ''] = to.slice('svc:'.length).split('/')
    const [service] = this.#network.services.get(namespace, name).items
    if (service === undefined) {
      const known = this.#network.services.in(namespace).items.map(({ metadata }) => metadata.name)
      throw this.#notFound('Service', to, name, known, namespace)
    }
    const targets = targetPorts({ kind: 'service', service }, { port, protocol }, this.#network)
    const ends = targets.flatMap((target) =>
      target.targets.map(({ end, port: number }) => ({ endpoint: end, port: number })),
    )
    if (ends.length === 0)
      throw new KnownError('NO_ENDPOINTS', `${to} port ${port} has no endpoints: there is nothing to judge`)
    return ends
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
  ): KnownError {
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

const shortNames: Readonly<Record<string, string>> = {
  deploy: 'deployment',
  sts: 'statefulset',
  ds: 'daemonset',
  rs: 'replicaset',
  po: 'pod',
}

function isType(written: string, kind: string): boolean {
  const word = written.toLowerCase()
  const full = shortNames[word] ?? word
  return full === kind.toLowerCase() || full === `${kind.toLowerCase()}s`
}
