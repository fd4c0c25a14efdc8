import type { EndpointSlice } from '../../snapshot/kinds/endpoint-slice.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service, ServicePort } from '../../snapshot/kinds/service.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable, type Table } from '../inventory/memo.ts'
import { mapRead, type Read } from '../inventory/read.ts'
import { hasLabels } from '../inventory/selectors.ts'
import { podAddresses } from '../workloads/pods.ts'
import type { Workload } from '../workloads/workload.ts'
import type { Workloads } from '../workloads/workloads.ts'
import type { Endpoint } from './endpoint.ts'
import { expectedEndpoints, isListed, type NodeFacts } from './expected.ts'
import { areHintedByZone, type Choice, chooseEndpoints, type ProxyNode, type Traffic } from './node-choice.ts'
import { observedEndpoints, serviceNameLabel } from './observed.ts'
import { type IpFamily, primaryFamily, selectorOf } from './service-facts.ts'

/** What kube-proxy can choose from behind one port. */
interface BehindPort {
  readonly endpoints: readonly Endpoint[]
  /** The choice where the client's node is not known, or does not matter. */
  readonly anywhere: { readonly [T in Traffic]: Choice }
}

const families: readonly IpFamily[] = ['IPv4', 'IPv6']
const tableOfFamily = <T>(name: string): ReadonlyMap<IpFamily, Table<T>> =>
  new Map(families.map((family) => [family, memoTable<T>(`services.${name}.${family}`)]))

const endpointsTables = tableOfFamily<Read<Endpoint>>('endpoints')
const portsTables = tableOfFamily<Read<ReadonlyMap<ServicePort, BehindPort>>>('ports')
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
   * Every endpoint of every port, in one address family: those observed in slices; computed from pods where slices
   * were not read, in manifests, and in a changed world.
   */
  endpoints(service: Service, family: IpFamily = primaryFamily(service)): Read<Endpoint> {
    // A world that simulates a namespace has touched its slices: what was observed there is not taken over.
    return this.#inventory.memo.get(tableFor(endpointsTables, family), service, () =>
      this.#endpoints(service, family),
    )
  }

  /** The endpoints of one port. */
  ofPort(service: Service, port: ServicePort, family?: IpFamily): Read<Endpoint> {
    const { items, ...read } = this.#ports(service, family)
    return { ...read, items: items[0]?.get(port)?.endpoints ?? [] }
  }

  /** What is behind each port that has endpoints, as a read of one item. */
  #ports(
    service: Service,
    family: IpFamily = primaryFamily(service),
  ): Read<ReadonlyMap<ServicePort, BehindPort>> {
    return this.#inventory.memo.get(tableFor(portsTables, family), service, () =>
      mapRead(this.endpoints(service, family), (items) => {
        const byPort = new Map<ServicePort, Endpoint[]>()
        for (const endpoint of items) {
          if (endpoint.port === undefined) continue
          const known = byPort.get(endpoint.port)
          if (known === undefined) byPort.set(endpoint.port, [endpoint])
          else known.push(endpoint)
        }
        const behind = (endpoints: readonly Endpoint[]): BehindPort => ({
          endpoints,
          anywhere: {
            internal: chooseEndpoints(service, endpoints, undefined, 'internal'),
            external: chooseEndpoints(service, endpoints, undefined, 'external'),
          },
        })
        return [new Map([...byPort].map(([port, endpoints]) => [port, behind(endpoints)]))]
      }),
    )
  }

  /** The pods that the selector takes and the controller would list, ready or not. Nothing for a selector-less Service. */
  selected(service: Service): Read<Pod> {
    const selector = selectorOf(service)
    const pods = this.#workloads.podsMatching(service.metadata.namespace ?? '', selector ?? {})
    return mapRead(pods, (items) => (selector === undefined ? [] : items.filter(isListed)))
  }

  /** Workloads whose template the selector matches, with or without pods now. */
  backends(service: Service): Read<Workload> {
    const selector = selectorOf(service)
    const workloads = this.#workloads.matching(service.metadata.namespace ?? '', selector ?? {})
    return mapRead(workloads, (items) => (selector === undefined ? [] : items))
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
    family?: IpFamily,
  ): Choice {
    const behind = this.#ports(service, family).items[0]?.get(port)
    if (nodeName === undefined && behind !== undefined) return behind.anywhere[traffic]
    return chooseEndpoints(service, behind?.endpoints ?? [], this.#proxyNode(nodeName), traffic)
  }

  /** What is missing to tell the choice on a node: it depends on the node's zone, and that was not read. */
  choiceGaps(choice: Choice, nodeName: string | undefined): readonly Gap[] {
    if (nodeName === undefined || choice.reason !== 'ready' || !areHintedByZone(choice.endpoints)) return []
    const node = this.#inventory.get('Node', '', nodeName)
    return node.items.length > 0 ? [] : node.gaps
  }

  #proxyNode(nodeName: string | undefined): ProxyNode | undefined {
    return nodeName === undefined ? undefined : { name: nodeName, zone: this.#zoneOf(nodeName) }
  }

  #zoneOf(nodeName: string): string | undefined {
    const zone = this.#inventory.get('Node', '', nodeName).items[0]?.metadata.labels[zoneLabel]
    return zone === '' ? undefined : zone
  }

  #endpoints(service: Service, family: IpFamily): Read<Endpoint> {
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
      return mapRead(this.selected(service), (pods) =>
        expectedEndpoints(service, pods, this.#nodeFacts(), family),
      )
    }
    const podNamed = (name: string): Pod | undefined => this.#inventory.get('Pod', namespace, name).items[0]
    return mapRead(slices, (items) => observedEndpoints(service, items, podNamed, family))
  }

  #nodeFacts(): NodeFacts {
    return {
      // Manifests hold no nodes; that their pods run on one is taken for granted.
      isGone: (name) => {
        const node = this.#inventory.get('Node', '', name)
        return !this.#inventory.snapshot.coverage.declared && node.items.length + node.gaps.length === 0
      },
      zoneOf: (name) => this.#zoneOf(name),
    }
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

function tableFor<T>(tables: ReadonlyMap<IpFamily, Table<T>>, family: IpFamily): Table<T> {
  const table = tables.get(family)
  if (table === undefined) throw new Error(`no table for ${family}`)
  return table
}

/** Whether a slice endpoint's address is still one of its pod's. */
export function isCurrentAddress(endpoint: Endpoint): boolean {
  return endpoint.pod === undefined || podAddresses(endpoint.pod).includes(endpoint.address)
}
