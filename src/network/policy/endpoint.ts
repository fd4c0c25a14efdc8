import { type TextMap, textMap } from '../../snapshot/kinds/json.ts'
import type { Node } from '../../snapshot/kinds/node.ts'
import type { Pod } from '../../snapshot/kinds/pod.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { type Address, parseAddress } from '../inventory/address.ts'
import type { Inventory } from '../inventory/inventory.ts'

/** One end of a flow. `outside` is any address that belongs to no pod. */
export type Endpoint =
  | { readonly kind: 'pod'; readonly pod: Pod }
  | {
      readonly kind: 'outside'
      readonly address: string
      /** The node that serves the address itself, such as NodeLocal DNS on 169.254.20.10. */
      readonly nodeName?: string | undefined
    }
  | { readonly kind: 'node'; readonly node: Node }

/** What is known about the labels of a namespace. */
export interface NamespaceFacts {
  readonly name: string
  /** With the name label, which every live namespace has. */
  readonly labels: TextMap
  /** False when only the name label is known. */
  readonly isKnown: boolean
  readonly gaps: readonly Gap[]
}

/** An end of a flow with one of its addresses: what a packet has. */
export interface Party {
  readonly endpoint: Endpoint
  readonly pod?: Pod | undefined
  readonly namespace?: NamespaceFacts | undefined
  readonly address?: Address | undefined
  readonly addressText?: string | undefined
}

export type Family = 4 | 6

/** The first address of each family; of a node its InternalIP, which its packets carry. */
export interface Addresses {
  readonly texts: Readonly<Partial<Record<Family, string>>>
  readonly parsed: Readonly<Partial<Record<Family, Address>>>
}

export const nameLabel = 'kubernetes.io/metadata.name'

/** The labels of a namespace; a namespace that is only mentioned has its name label and no other that is known. */
export function namespaceFacts(name: string, inventory: Inventory): NamespaceFacts {
  const read = inventory.get('Namespace', '', name)
  const [found] = read.items
  return {
    name,
    labels: textMap({ ...found?.metadata.labels, [nameLabel]: name }),
    isKnown: found !== undefined,
    gaps: found === undefined ? read.gaps : [],
  }
}

export function isFinished(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed'
}

export function isHostNetwork(pod: Pod | undefined): boolean {
  return pod?.spec.hostNetwork === true
}

/** Whether both are the same pod; two pods of one workload are not. */
export function isSamePod(a: Pod | undefined, b: Pod | undefined): boolean {
  return (
    a !== undefined &&
    b !== undefined &&
    a.metadata.name === b.metadata.name &&
    a.metadata.namespace === b.metadata.namespace
  )
}

/** By pod, which is never changed: parsing an address costs more than all else that is asked of it. */
const ofPods = new WeakMap<Pod, Addresses>()

/** The addresses of an endpoint by family; texts that are no addresses are left out. */
export function addressesOf(endpoint: Endpoint): Addresses {
  if (endpoint.kind !== 'pod') return parsedOf(endpoint)
  const known = ofPods.get(endpoint.pod)
  if (known !== undefined) return known
  const addresses = parsedOf(endpoint)
  ofPods.set(endpoint.pod, addresses)
  return addresses
}

function parsedOf(endpoint: Endpoint): Addresses {
  const texts: Partial<Record<Family, string>> = {}
  const parsed: Partial<Record<Family, Address>> = {}
  for (const text of written(endpoint)) {
    const address = parseAddress(text)
    if (address === undefined) continue
    const family = familyOf(address)
    if (texts[family] !== undefined) continue
    texts[family] = text
    parsed[family] = address
  }
  return { texts, parsed }
}

function familyOf(address: Address): Family {
  return address.bits === 32 ? 4 : 6
}

function written(endpoint: Endpoint): readonly string[] {
  if (endpoint.kind === 'outside') return [endpoint.address]
  if (endpoint.kind === 'pod') return endpoint.pod.status.podIPs.map(({ ip }) => ip)
  const { addresses } = endpoint.node.status
  const internal = addresses.filter(({ type }) => type === 'InternalIP')
  return [...internal, ...addresses].map(({ address }) => address)
}

/**
 * The families in which two endpoints are judged: those that both have, else all that either has. In each, an
 * endpoint without an address of that family takes the one that it has.
 */
export function familiesOf(source: Addresses, destination: Addresses): readonly Family[] {
  const families: readonly Family[] = [4, 6]
  const has = (addresses: Addresses, family: Family): boolean => addresses.parsed[family] !== undefined
  const common = families.filter((family) => has(source, family) && has(destination, family))
  if (common.length > 0) return common
  const any = families.filter((family) => has(source, family) || has(destination, family))
  return any.length > 0 ? any : [4]
}

/** An endpoint as a party in one family. */
export function partyIn(
  family: Family,
  endpoint: Endpoint,
  { texts, parsed }: Addresses,
  namespace: NamespaceFacts | undefined,
): Party {
  const other: Family = family === 4 ? 6 : 4
  return {
    endpoint,
    pod: endpoint.kind === 'pod' ? endpoint.pod : undefined,
    namespace,
    address: parsed[family] ?? parsed[other],
    addressText: texts[family] ?? texts[other],
  }
}
