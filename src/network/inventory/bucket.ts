import type { TextMap } from '../../snapshot/kinds/json.ts'
import { isKind, type KindName, type KubeObject } from '../../snapshot/kinds/kinds.ts'
import { canonicalAddress } from './address.ts'
import { LabelIndex } from './label-index.ts'

/** All objects of one kind in one namespace, with indexes that are built on first use. */
export class ObjectBucket {
  readonly objects: readonly KubeObject[]
  readonly #byName: ReadonlyMap<string, readonly [KubeObject]>
  #byLabel: LabelIndex<KubeObject> | undefined
  #byAddress: ReadonlyMap<string, readonly KubeObject[]> | undefined
  #byOwner: Map<string, KubeObject[]> | undefined

  constructor(objects: readonly KubeObject[]) {
    this.#byName = new Map(objects.map((object) => [object.metadata.name, [object]]))
    // The last one of a name wins, and every list is in order of name, whatever the order of the input.
    this.objects = [...this.#byName.values()]
      .map(([object]) => object)
      .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  }

  /** The object of that name, as a list of one. */
  named(name: string): readonly [KubeObject] | undefined {
    return this.#byName.get(name)
  }

  /** Objects that carry every pair of the selector. */
  withLabels(pairs: TextMap): readonly KubeObject[] {
    this.#byLabel ??= new LabelIndex(this.objects, ({ metadata }) => metadata.labels)
    return this.#byLabel.select(pairs)
  }

  withAddress(address: string): readonly KubeObject[] {
    this.#byAddress ??= byAddress(this.objects)
    return this.#byAddress.get(canonicalAddress(address)) ?? []
  }

  /** Objects with an ownerReference to this uid. */
  ownedBy(uid: string): readonly KubeObject[] {
    this.#byOwner ??= group(this.objects, (object) =>
      object.metadata.ownerReferences.flatMap((owner) => owner.uid ?? []),
    )
    return this.#byOwner.get(uid) ?? []
  }
}

function group(
  objects: readonly KubeObject[],
  keys: (object: KubeObject) => readonly string[],
): Map<string, KubeObject[]> {
  const result = new Map<string, KubeObject[]>()
  for (const object of objects) {
    for (const key of keys(object)) {
      const found = result.get(key)
      if (found === undefined) result.set(key, [object])
      else found.push(object)
    }
  }
  return result
}

/** Objects under each address that they own or name, in one spelling. */
export function byAddress(objects: readonly KubeObject[]): ReadonlyMap<string, readonly KubeObject[]> {
  return group(objects, (object) => addressesOf(object).map(canonicalAddress))
}

/** Kinds that can own an IP address. */
export const addressKinds: readonly KindName[] = ['Pod', 'Service', 'Node', 'EndpointSlice']

/** The IP addresses that an object owns or names as its own. */
export function addressesOf(object: KubeObject): readonly string[] {
  if (isKind(object, 'Pod')) return object.status.podIPs.map(({ ip }) => ip)
  if (isKind(object, 'Node')) return object.status.addresses.map(({ address }) => address)
  if (isKind(object, 'EndpointSlice')) return object.endpoints.flatMap((endpoint) => endpoint.addresses)
  if (isKind(object, 'Service')) {
    const { clusterIP, clusterIPs = [], externalIPs = [] } = object.spec
    const balancers = object.status.loadBalancer.ingress.flatMap(({ ip }) => ip ?? [])
    const own = [...new Set([...(clusterIP === undefined ? [] : [clusterIP]), ...clusterIPs])]
    return [...own, ...externalIPs, ...balancers].filter((ip) => ip !== '' && ip !== 'None')
  }
  return []
}
