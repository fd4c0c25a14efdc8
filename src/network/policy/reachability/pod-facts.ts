import type { Pod } from '../../../snapshot/kinds/pod.ts'
import type { Container } from '../../../snapshot/kinds/pod-spec.ts'
import { addressesOf, type Family, isHostNetwork } from '../endpoint.ts'
import type { Protocol } from '../model.ts'
import type { PluginPolicy } from '../plugin-policy.ts'
import type { Policies } from '../policies.ts'
import { type AddressAtoms, type AddressNumber, addressNumber } from './address-atoms.ts'
import { families } from './columns.ts'
import type { Vocabulary } from './vocabulary.ts'

type Fact = string | number | undefined

/** Everything about a pod that a policy could compare, except its namespace; and what pods have together. */
export class PodFacts {
  readonly #vocabulary: Vocabulary
  readonly #worlds: readonly Policies[]
  readonly #atoms: Readonly<Record<Family, AddressAtoms>>
  readonly #plugins: Map<string, readonly PluginPolicy[]>[]
  /** Numbers that named ports stand for on some pod. */
  readonly named: Record<Protocol, Set<number>> = { TCP: new Set(), UDP: new Set(), SCTP: new Set() }
  /** Addresses that pods have. */
  readonly taken: Record<Family, AddressNumber[]> = { 4: [], 6: [] }

  constructor(
    vocabulary: Vocabulary,
    worlds: readonly Policies[],
    atoms: Readonly<Record<Family, AddressAtoms>>,
  ) {
    this.#vocabulary = vocabulary
    this.#worlds = worlds
    this.#atoms = atoms
    this.#plugins = worlds.map(() => new Map())
  }

  /** Whether the same pod may look different: with nodes among the peers, or other policies of a plugin. */
  mayDiffer(pod: Pod, world: number): boolean {
    if (this.#vocabulary.nodeKeys !== undefined) return true
    const namespace = pod.metadata.namespace ?? ''
    return this.#pluginsOf(namespace, 0) !== this.#pluginsOf(namespace, world)
  }

  /** The facts in a fixed order, those with few values first. */
  each(pod: Pod, world: number, tell: (fact: Fact) => void): void {
    const { labelKeys, portNames, nodeKeys } = this.#vocabulary
    const isHost = isHostNetwork(pod)
    this.#addresses(pod, isHost, tell)
    if (portNames.size > 0) {
      tell(this.#declared(pod.spec.containers))
      if (pod.spec.initContainers.length > 0) tell(`init ${this.#declared(pod.spec.initContainers)}`)
    }
    this.#pluginFacts(pod, world, tell)
    if (nodeKeys !== undefined && isHost) tell(this.nodeFact(pod, nodeKeys, world))
    const { labels } = pod.metadata
    for (const key of labelKeys) tell(labels[key])
  }

  /** Of each family the atom of the first address, which is the one that is judged. */
  #addresses({ status }: Pod, isHost: boolean, tell: (fact: Fact) => void): void {
    let v4 = -1
    let v6 = -1
    for (const { ip } of status.podIPs) {
      const value = addressNumber(ip)
      if (value === undefined) continue
      const isV4 = typeof value === 'number'
      this.taken[isV4 ? 4 : 6].push(value)
      if (isV4 && v4 < 0) v4 = this.#atoms[4].find(value)
      else if (!isV4 && v6 < 0) v6 = this.#atoms[6].find(value)
    }
    tell(2 * v4 + (isHost ? 1 : 0))
    tell(v4 < 0 && v6 < 0 && status.phase === undefined ? -2 : v6)
  }

  #declared(containers: readonly Container[]): Fact {
    let found = ''
    for (const { ports } of containers)
      for (const { name, containerPort, protocol = 'TCP' } of ports) {
        if (name === undefined || !this.#vocabulary.portNames.has(name)) continue
        if (protocol === 'TCP' || protocol === 'UDP' || protocol === 'SCTP')
          this.named[protocol].add(containerPort)
        found += `${name.length}:${name}${protocol}${containerPort},`
      }
    return found
  }

  #pluginsOf(namespace: string, world: number): readonly PluginPolicy[] {
    const known = this.#plugins[world]?.get(namespace)
    if (known !== undefined) return known
    const found = this.#worlds[world]?.ofPlugins(namespace).policies ?? []
    this.#plugins[world]?.set(namespace, found)
    return found
  }

  /** Policies of the network plugin look at what they like. */
  #pluginFacts(pod: Pod, world: number, tell: (fact: Fact) => void): void {
    const name = pod.metadata.namespace ?? ''
    const plugins = this.#pluginsOf(name, world)
    const namespace = plugins.length === 0 ? undefined : this.#worlds[world]?.namespace(name)
    if (namespace !== undefined)
      tell(plugins.map((policy) => (policy.maySelect(pod, namespace) ? 'y' : 'n')).join(''))
  }

  /** What peers about nodes could see of the nodes with an end's addresses. */
  nodeFact(pod: Pod, keys: ReadonlySet<string>, world: number): string {
    const { texts } = addressesOf({ kind: 'pod', pod })
    return families.map((family) => this.nodesAt(texts[family], keys, world)).join(';')
  }

  nodesAt(address: string | undefined, keys: ReadonlySet<string>, world: number): string {
    const { nodes = [] } = address === undefined ? {} : (this.#worlds[world]?.nodesWith(address) ?? {})
    const seen = nodes.map(({ metadata }) =>
      JSON.stringify([...keys].map((key) => metadata.labels[key] ?? 0)),
    )
    return [...new Set(seen)].sort().join()
  }
}
