import type { TextMap } from '../../snapshot/kinds/json.ts'
import { isKind, type KindName, type KubeObject } from '../../snapshot/kinds/kinds.ts'
import { hasLabels } from './selectors.ts'

/** All objects of one kind in one namespace, with indexes that are built on first use. */
export class ObjectBucket {
  readonly objects: readonly KubeObject[]
  readonly #byName: ReadonlyMap<string, KubeObject>
  #byLabel: Map<string, KubeObject[]> | undefined
  #byAddress: Map<string, KubeObject[]> | undefined
  #byOwner: Map<string, KubeObject[]> | undefined

  constructor(objects: readonly KubeObject[]) {
    this.#byName = new Map(objects.map((object) => [object.metadata.name, object]))
    // The last one of a name wins, and every list is in order of name, whatever the order of the input.
    this.objects = [...this.#byName.values()].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
  }

  get(name: string): KubeObject | undefined {
    return this.#byName.get(name)
  }

  /** Objects that carry every pair of the selector; looks only at those with its rarest pair. */
  withLabels(pairs: TextMap): readonly KubeObject[] {
    const index = this.#labels()
    let fewest: readonly KubeObject[] = this.objects
    for (const [key, value] of Object.entries(pairs)) {
      const found = index.get(`${key}=${value}`) ?? []
      if (found.length < fewest.length || fewest === this.objects) fewest = found
    }
    return fewest.filter((object) => hasLabels(object.metadata.labels, pairs))
  }

  withAddress(address: string): readonly KubeObject[] {
    this.#byAddress ??= group(this.objects, addressesOf)
    return this.#byAddress.get(address) ?? []
  }

  /** Objects with an ownerReference to this uid. */
  ownedBy(uid: string): readonly KubeObject[] {
    this.#byOwner ??= group(this.objects, (object) =>
      object.metadata.ownerReferences.flatMap((owner) => owner.uid ?? []),
    )
    return this.#byOwner.get(uid) ?? []
  }

  #labels(): Map<string, KubeObject[]> {
    this.#byLabel ??= group(this.objects, (object) =>
      Object.entries(object.metadata.labels).map(([key, value]) => `${key}=${value}`),
    )
    return this.#byLabel
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
