import { memoTable } from '../../network/inventory/memo.ts'
import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Endpoint } from '../../network/services/endpoint.ts'
import type { Place } from '../../network/traffic/place.ts'
import { place } from '../../network/traffic/place.ts'
import { isDeleting, isFinished } from '../../network/workloads/pods.ts'
import type { Node } from '../../snapshot/kinds/node.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import { referenceTo } from '../../snapshot/snapshot.ts'
import { listed, say, type Text, word } from '../text.ts'

type ByNode<T> = ReadonlyMap<string, readonly T[]>

const loadTable = memoTable<NodeLoad>('node-load')
const podsTable = memoTable<ByNode<Pod>>('node-load.pods')
const endpointsTable = memoTable<ByNode<Endpoint>>('node-load.endpoints')

/** As many Services are named; the rest are counted. */
const shown = 3

/** What of the traffic runs over a node. */
export interface NodeLoad {
  /** Services with an endpoint there. */
  readonly services: readonly Service[]
  /** Their endpoints on this node. */
  readonly endpoints: readonly Endpoint[]
  /** Living pods on the node that have, or wait for, an address of their own: clients and servers. */
  readonly guests: readonly Pod[]
  /** Those of them that have no ready endpoint on another node. */
  readonly emptied: readonly Service[]
  /** Whether each of the Services has a ready endpoint on another node. */
  readonly isCarried: boolean
}

/** What runs on a node. Absence is not concluded from here: see {@link isIdle}. */
export function loadOf(node: Node, network: Network): NodeLoad {
  return network.inventory.memo.get(loadTable, node, () => load(node, network))
}

function load(node: Node, network: Network): NodeLoad {
  const { name } = node.metadata
  const endpoints = endpointsByNode(network).get(name) ?? []
  const services = [...new Set(endpoints.map(({ service }) => service))]
  const emptied = services.filter(
    (service) =>
      !network.services.endpoints(service).items.some(({ ready, nodeName }) => ready && nodeName !== name),
  )
  const guests = podsOn(node, network).filter(({ spec }) => spec.hostNetwork !== true)
  return { services, endpoints, guests, emptied, isCarried: emptied.length === 0 }
}

/**
 * Whether no Service has an endpoint on the node.
 *
 * @throws UnknownVerdict when none was found and Services or pods were not read everywhere
 */
export function isIdle({ endpoints }: NodeLoad, network: Network): boolean {
  if (endpoints.length > 0) return false
  whole(network.inventory.list('Service'))
  whole(network.inventory.list('Pod'))
  return true
}

/** Living pods on a node. */
export function podsOn(node: Node, network: Network): readonly Pod[] {
  const { inventory } = network
  const index = inventory.memo.get(podsTable, '', () =>
    joined(
      inventory.namespacesOf('Pod').map((namespace) =>
        inventory.memo.get(podsTable, namespace, () => {
          const pods = inventory.list('Pod', namespace).items
          return Map.groupBy(
            pods.filter((pod) => !isFinished(pod) && !isDeleting(pod)),
            (pod) => pod.spec.nodeName ?? '',
          )
        }),
      ),
    ),
  )
  return index.get(node.metadata.name) ?? []
}

function endpointsByNode(network: Network): ByNode<Endpoint> {
  const { inventory, services } = network
  return inventory.memo.get(endpointsTable, '', () =>
    joined(
      inventory.namespacesOf('Service').map((namespace) =>
        inventory.memo.get(endpointsTable, namespace, () =>
          Map.groupBy(
            inventory.list('Service', namespace).items.flatMap((item) => services.endpoints(item).items),
            (endpoint) => endpoint.nodeName ?? '',
          ),
        ),
      ),
    ),
  )
}

/** One index of those of all namespaces: a changed world makes only those anew that an edit touched. */
function joined<T>(indexes: readonly ByNode<T>[]): ByNode<T> {
  const all = new Map<string, T[]>()
  for (const index of indexes) {
    for (const [node, items] of index) {
      const known = all.get(node)
      if (known === undefined) all.set(node, [...items])
      else known.push(...items)
    }
  }
  return all
}

/** The Services and workloads that a fault of the node reaches. */
export function placesOf({ services, endpoints, guests }: NodeLoad, network: Network): readonly Place[] {
  const pods = [...endpoints.flatMap(({ pod }) => pod ?? []), ...guests]
  const workloads = pods.flatMap((pod) => network.workloads.ofPod(pod) ?? [])
  return [...new Set([...services.map(place.service), ...workloads.map(place.pods)])]
}

/** What its fault means for the Services with endpoints there, as a sentence. */
export function loadText({ services, emptied }: NodeLoad): Text {
  const touched = emptied.length > 0 ? emptied : services
  const named = touched.slice(0, shown).map((service) => say`${referenceTo(service)}`)
  const rest = touched.length - named.length
  const names = listed(rest > 0 ? [...named, word(`${rest} more`)] : named)
  const has = word(touched.length === 1 ? 'has' : 'have')
  return emptied.length > 0
    ? say`${names} ${has} no ready endpoint on another node.`
    : say`It hosts endpoints of ${names}; ready ones on other nodes carry the load.`
}
