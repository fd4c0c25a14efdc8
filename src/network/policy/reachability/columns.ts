import type { Pod } from '../../../snapshot/kinds/pod.ts'
import type { ContainerPort } from '../../../snapshot/kinds/pod-spec.ts'
import { type Address, canonicalAddress } from '../../inventory/address.ts'
import { type Addresses, addressesOf, type Endpoint, type Family, isHostNetwork } from '../endpoint.ts'
import type { Protocol } from '../model.ts'
import type { Policies } from '../policies.ts'
import { type AddressAtom, AddressAtoms } from './address-atoms.ts'
import type { Vocabulary } from './vocabulary.ts'

/** A pod as it is in each of the worlds that are compared; mostly the same object. */
export type PodInWorlds = readonly Pod[]

/**
 * Ends of flows that no policy of any world tells apart, apart from two pairs that are judged by themselves: a pod
 * and itself, and a pod and what sends from its own node.
 */
export interface Column {
  readonly kind: 'pods' | 'outside'
  /** '' for outside. */
  readonly namespace: string
  /** What the caller wants told apart, such as a workload; '' for outside. */
  readonly group: string
  /** Indexes of its pods, ascending; empty for outside. */
  readonly members: readonly number[]
  /** Of outside addresses. */
  readonly atom?: AddressAtom | undefined
  /** One of them, in each world. */
  readonly endpoints: readonly Endpoint[]
}

export const families: readonly Family[] = [4, 6]

/** Builds columns: pods by what policies can see of them, then the addresses outside. */
export class ColumnBuilder {
  readonly #vocabulary: Vocabulary
  readonly #worlds: readonly Policies[]
  readonly atoms: Readonly<Record<Family, AddressAtoms>>
  /** Numbers that named ports stand for on some pod. */
  readonly named: Record<Protocol, Set<number>> = { TCP: new Set(), UDP: new Set(), SCTP: new Set() }

  constructor(vocabulary: Vocabulary, worlds: readonly Policies[]) {
    this.#vocabulary = vocabulary
    this.#worlds = worlds
    this.atoms = { 4: new AddressAtoms(vocabulary.blocks, 4), 6: new AddressAtoms(vocabulary.blocks, 6) }
  }

  pods(pods: readonly PodInWorlds[], groups: readonly string[]): readonly Column[] {
    const columns = new Map<string, Column & { readonly members: number[] }>()
    for (const [index, pod] of pods.entries()) {
      const group = groups[index] ?? ''
      const key = `${group} ${this.#keyInWorlds(pod)}`
      const known = columns.get(key)
      if (known !== undefined) {
        known.members.push(index)
        continue
      }
      columns.set(key, {
        kind: 'pods',
        namespace: pod[0]?.metadata.namespace ?? '',
        group,
        members: [index],
        endpoints: pod.map((inWorld) => ({ kind: 'pod', pod: inWorld })),
      })
    }
    return [...columns.values()]
  }

  /** One column for each atom of addresses that holds more than pods, and for nodes that policies tell apart. */
  outside(pods: readonly PodInWorlds[]): readonly Column[] {
    const taken = new Set<string>()
    const used = new Set<Family>()
    for (const inWorlds of pods)
      for (const pod of inWorlds)
        for (const { ip } of pod.status.podIPs) {
          taken.add(canonicalAddress(ip))
          used.add(ip.includes(':') ? 6 : 4)
        }
    const judged =
      used.size === 0
        ? families.filter((family) => family === 4 || this.atoms[6].atoms.length > 1)
        : [...used]
    return [...judged.flatMap((family) => this.#outsideOf(family, taken)), ...this.#nodes(taken)]
  }

  #keyInWorlds(inWorlds: PodInWorlds): string {
    const [first] = inWorlds
    if (first === undefined) return ''
    let key = `${first.metadata.namespace ?? ''} ${this.#key(first, 0)}`
    for (let world = 1; world < inWorlds.length; world++) {
      const pod = inWorlds[world]
      if (pod !== undefined && (pod !== first || this.#isSeenDifferently(pod, world)))
        key += ` / ${this.#key(pod, world)}`
    }
    return key
  }

  /** Whether the same pod may look different: with nodes among the peers, or other policies of a plugin. */
  #isSeenDifferently(pod: Pod, world: number): boolean {
    if (this.#vocabulary.nodeKeys !== undefined) return true
    const namespace = pod.metadata.namespace ?? ''
    return this.#worlds[0]?.ofPlugins(namespace) !== this.#worlds[world]?.ofPlugins(namespace)
  }

  /** Everything that a policy could compare with a pod, except its namespace. */
  #key(pod: Pod, world: number): string {
    const { labelKeys, portNames, nodeKeys } = this.#vocabulary
    const { labels } = pod.metadata
    let key = `${isHostNetwork(pod) ? 'h' : ''}${this.#pluginsKey(pod, world)}|`
    for (const label of labelKeys) {
      const value = labels[label]
      key += value === undefined ? '-' : `${value.length}:${value}`
    }
    const addresses = addressesOf({ kind: 'pod', pod })
    for (const family of families) key += `;${this.#atomId(addresses, family)}`
    if (pod.status.podIPs.length === 0) key += pod.status.phase === undefined ? '?' : '!'
    if (portNames.size > 0) key += this.#portsKey(pod)
    if (nodeKeys !== undefined && isHostNetwork(pod)) key += this.#nodesKey(addresses, nodeKeys, world)
    return key
  }

  /** Which policies of the network plugin may select a pod: they look at what they like. */
  #pluginsKey(pod: Pod, world: number): string {
    const policies = this.#worlds[world]
    const namespace = policies?.namespace(pod.metadata.namespace ?? '')
    if (policies === undefined || namespace === undefined) return ''
    return policies
      .ofPlugins(namespace.name)
      .policies.map((policy) => (policy.maySelect(pod, namespace) ? 'y' : 'n'))
      .join('')
  }

  #atomId({ parsed }: Addresses, family: Family): string {
    const address: Address | undefined = parsed[family]
    return address === undefined ? '' : String(this.atoms[family].find(address))
  }

  #portsKey({ spec }: Pod): string {
    const main = this.#declared(spec.containers)
    const init = this.#declared(spec.initContainers)
    return init === '' ? `;${main}` : `;${main};${init}`
  }

  #declared(containers: readonly { readonly ports: readonly ContainerPort[] }[]): string {
    const found = new Set<string>()
    for (const { ports } of containers)
      for (const { name, containerPort, protocol = 'TCP' } of ports) {
        if (name === undefined || containerPort === undefined || !this.#vocabulary.portNames.has(name))
          continue
        if (protocol === 'TCP' || protocol === 'UDP' || protocol === 'SCTP')
          this.named[protocol].add(containerPort)
        found.add(`${name.length}:${name}${protocol}${containerPort}`)
      }
    return [...found].sort().join(',')
  }

  #nodesKey({ texts }: Addresses, keys: ReadonlySet<string>, world: number): string {
    const policies = this.#worlds[world]
    return families
      .map((family) => {
        const { nodes = [] } = texts[family] === undefined ? {} : (policies?.nodesWith(texts[family]) ?? {})
        const seen = nodes.map(({ metadata }) =>
          JSON.stringify([...keys].map((key) => metadata.labels[key] ?? 0)),
        )
        return [...new Set(seen)].sort().join()
      })
      .join(';')
  }

  #outsideOf(family: Family, taken: ReadonlySet<string>): readonly Column[] {
    const onNodes = new Set(
      this.#worlds.flatMap(({ inventory }) =>
        inventory
          .list('Node')
          .items.flatMap(({ status }) => status.addresses.map(({ address }) => canonicalAddress(address))),
      ),
    )
    const avoided = new Set([...taken, ...onNodes])
    return this.atoms[family].atoms.flatMap((atom) => {
      const address = freeAddress(atom, avoided) ?? freeAddress(atom, taken)
      return address === undefined ? [] : [this.#outsideColumn(address, atom)]
    })
  }

  #outsideColumn(address: string, atom: AddressAtom): Column {
    const endpoint: Endpoint = { kind: 'outside', address }
    return {
      kind: 'outside',
      namespace: '',
      group: '',
      members: [],
      atom,
      endpoints: this.#worlds.map(() => endpoint),
    }
  }

  /** Addresses of nodes, where peers are about nodes: one column for each kind of node that they tell apart. */
  #nodes(taken: ReadonlySet<string>): readonly Column[] {
    const { nodeKeys } = this.#vocabulary
    if (nodeKeys === undefined) return []
    const columns = new Map<string, Column>()
    const nodes = this.#worlds.flatMap(({ inventory }) => inventory.list('Node').items)
    for (const { address } of nodes.flatMap(({ status }) => status.addresses)) {
      const endpoint: Endpoint = { kind: 'outside', address }
      const addresses = addressesOf(endpoint)
      const family = addresses.parsed[4] !== undefined ? 4 : 6
      const parsed = addresses.parsed[family]
      if (parsed === undefined || taken.has(canonicalAddress(address))) continue
      const id = this.atoms[family].find(parsed)
      const atom = this.atoms[family].atoms[id]
      const key = `${family};${id};${this.#worlds.map((_, world) => this.#nodesKey(addresses, nodeKeys, world)).join('/')}`
      if (atom !== undefined && !columns.has(key))
        columns.set(
          key,
          this.#outsideColumn(address, { ...atom, intervals: [{ first: parsed.value, last: parsed.value }] }),
        )
    }
    return [...columns.values()]
  }
}

/** The first address of an atom that nobody has. */
function freeAddress({ intervals, family }: AddressAtom, taken: ReadonlySet<string>): string | undefined {
  for (const { first, last } of intervals) {
    for (let value = first; value <= last; value++) {
      const text = addressText(value, family)
      if (!taken.has(canonicalAddress(text))) return text
    }
  }
  return undefined
}

/** An address in the form that people write: of IPv6 with the longest run of zeros left out. */
export function addressText(value: bigint, family: Family): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.')
  const groups = Array.from({ length: 8 }, (_, index) =>
    ((value >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
  )
  const runs = groups.map((_, start) => {
    const end = groups.findIndex((group, index) => index >= start && group !== '0')
    return { start, length: (end === -1 ? groups.length : end) - start }
  })
  const { start, length } = runs.reduce((best, run) => (run.length > best.length ? run : best))
  if (length < 2) return groups.join(':')
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + length).join(':')}`
}
