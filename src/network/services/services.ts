import type { EndpointSlice } from '../../snapshot/kinds/endpoint-slice.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { mapRead, type Read } from '../inventory/read.ts'
import { hasLabels } from '../inventory/selectors.ts'
import { podAddresses } from '../workloads/pods.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Workloads } from '../workloads/workloads.ts'
import type { Endpoint } from './endpoint.ts'
import { expectedEndpoints, isListed, selectedPods } from './expected.ts'
import { type Choice, chooseEndpoints, type ProxyNode, type Traffic } from './node-choice.ts'
import { observedEndpoints, serviceNameLabel } from './observed.ts'
import { selectorOf } from './service-facts.ts'

const endpointsTable = memoTable<Read<Endpoint>>('services.endpoints')
const selectingTable = memoTable<ReadonlyMap<string, readonly Service[]>>('services.bySelector')

const zoneLabel = 'topology.kubernetes.io/zone'

/** Services with their endpoints, as the EndpointSlice controller and kube-proxy see them. */
export class Services {
  readonly #inventory: Inventory
  readonly #workloads: Workloads

  constructor(inventory: Inventory, workloads: Workloads) {
    this.#inventory = inventory
    this.#workloads = workloads
  }

  in(namespace: string): Read<Service> {
    return this.#inventory.list('Service', namespace)
  }

  get(namespace: string, name: string): Read<Service> {
    return this.#inventory.get('Service', namespace, name)
  }

  /** The slices that carry the Service's name, whoever wrote them. */
  slices(service: Service): Read<EndpointSlice> {
    const { name, namespace = '' } = service.metadata
    return this.#inventory.select('EndpointSlice', namespace, { [serviceNameLabel]: name })
  }

  /**
   * Every endpoint of every port, in the primary address family: those observed in slices; computed from pods where
   * slices were not read, in manifests, and in a changed world.
   */
  endpoints(service: Service): Read<Endpoint> {
    const { name, namespace = '' } = service.metadata
    const simulated = this.#inventory.simulated.has(namespace) ? 'expected' : 'observed'
    return this.#inventory.memo.get(endpointsTable, `${namespace}/${name}/${simulated}`, () =>
      this.#endpoints(service),
    )
  }

  /** The endpoints of one port. */
  ofPort(service: Service, port: ServicePort): Read<Endpoint> {
    return mapRead(this.endpoints(service), (items) => items.filter((endpoint) => endpoint.port === port))
  }

  /** The pods that the selector takes and the controller would list, ready or not. Nothing for a selector-less Service. */
  selected(service: Service): Read<Pod> {
    const namespace = service.metadata.namespace ?? ''
    const selector = selectorOf(service)
    // By index; only the pods that workloads of manifests would make are in none.
    if (selector !== undefined && !this.#inventory.snapshot.coverage.declared)
      return mapRead(this.#inventory.select('Pod', namespace, selector), (pods) => pods.filter(isListed))
    return mapRead(this.#workloads.podsIn(namespace), (pods) => selectedPods(service, pods))
  }

  /** Workloads whose template the selector matches, with or without pods now. */
  backends(service: Service): Read<Workload> {
    const selector = selectorOf(service)
    const namespace = service.metadata.namespace ?? ''
    const all = this.#workloads.in(namespace)
    return mapRead(all, (items) =>
      selector === undefined ? [] : items.filter((workload) => hasLabels(workload.labels, selector)),
    )
  }

  /** The Services of its namespace that select a workload's pods. */
  selecting(workload: Workload): Read<Service> {
    const index = this.#inventory.memo.get(selectingTable, workload.namespace, () =>
      this.#bySelector(workload.namespace),
    )
    const labels = Object.entries(workload.labels).map(([key, value]) => `${key}=${value}`)
    const candidates = labels.flatMap((pair) => index.get(pair) ?? [])
    return mapRead(this.in(workload.namespace), () =>
      candidates.filter((service) => hasLabels(workload.labels, selectorOf(service) ?? {})),
    )
  }

  /** What kube-proxy on a node does with a connection to one port. */
  choose(
    service: Service,
    port: ServicePort,
    nodeName: string | undefined,
    traffic: Traffic = 'internal',
  ): Choice {
    return chooseEndpoints(service, this.ofPort(service, port).items, this.proxyNode(nodeName), traffic)
  }

  proxyNode(nodeName: string | undefined): ProxyNode | undefined {
    if (nodeName === undefined) return undefined
    const node = this.#inventory.get('Node', '', nodeName).items[0]
    return { name: nodeName, zone: node?.metadata.labels[zoneLabel] }
  }

  #endpoints(service: Service): Read<Endpoint> {
    const { name, namespace = '' } = service.metadata
    // The Service is an argument; looking it up makes the remembered result depend on it.
    this.get(namespace, name)
    const slices = this.slices(service)
    const mayCompute = selectorOf(service) !== undefined
    const { declared } = this.#inventory.snapshot.coverage
    const mustCompute =
      this.#inventory.simulated.has(namespace) ||
      slices.gaps.length > 0 ||
      (declared && slices.items.length === 0)
    if (mayCompute && mustCompute) {
      const pods = this.#workloads.podsIn(namespace)
      return mapRead(pods, (items) => expectedEndpoints(service, items))
    }
    const podNamed = (name: string): Pod | undefined => this.#inventory.get('Pod', namespace, name).items[0]
    return mapRead(slices, (items) => observedEndpoints(service, items, podNamed))
  }

  /** Services under one pair of their selector, the first by key: each Service stands once. */
  #bySelector(namespace: string): ReadonlyMap<string, readonly Service[]> {
    const index = new Map<string, Service[]>()
    for (const service of this.in(namespace).items) {
      const [pair] = Object.entries(selectorOf(service) ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
      if (pair === undefined) continue
      const key = `${pair[0]}=${pair[1]}`
      const found = index.get(key)
      if (found === undefined) index.set(key, [service])
      else found.push(service)
    }
    return index
  }
}

/** Whether a slice endpoint's address is still one of its pod's. */
export function isCurrentAddress(endpoint: Endpoint): boolean {
  return endpoint.pod === undefined || podAddresses(endpoint.pod).includes(endpoint.address)
}
