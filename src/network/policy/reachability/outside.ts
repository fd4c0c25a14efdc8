import { canonicalAddress, parseAddress } from '../../inventory/address.ts'
import type { Endpoint, Family } from '../endpoint.ts'
import type { Policies } from '../policies.ts'
import {
  type AddressAtom,
  type AddressAtoms,
  type AddressNumber,
  addressNumber,
  addressText,
} from './address-atoms.ts'
import { type Column, families } from './columns.ts'
import type { PodFacts } from './pod-facts.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Columns of addresses outside the cluster. */
export class OutsideColumns {
  readonly #worlds: readonly Policies[]
  readonly #atoms: Readonly<Record<Family, AddressAtoms>>
  readonly #facts: PodFacts

  constructor(
    worlds: readonly Policies[],
    atoms: Readonly<Record<Family, AddressAtoms>>,
    /** After all pods were told. */
    facts: PodFacts,
  ) {
    this.#worlds = worlds
    this.#atoms = atoms
    this.#facts = facts
  }

  /**
   * One column for each atom of addresses that holds more than pods, in the families that pods have; and for nodes
   * that policies tell apart.
   */
  all({ nodeKeys }: Vocabulary): readonly Column[] {
    const { taken } = this.#facts
    const used = families.filter((family) => taken[family].length > 0)
    // Pods of manifests have no addresses yet.
    const judged =
      used.length > 0 ? used : families.filter((family) => family === 4 || this.#atoms[6].atoms.length > 1)
    const nodes = this.#nodeAddresses()
    return [
      ...judged.flatMap((family) => this.#ofFamily(family, nodes)),
      ...(nodeKeys === undefined ? [] : this.#ofNodes(nodes, nodeKeys)),
    ]
  }

  #nodeAddresses(): readonly string[] {
    return this.#worlds.flatMap(({ inventory }) =>
      inventory.list('Node').items.flatMap(({ status }) => status.addresses.map(({ address }) => address)),
    )
  }

  /** What stands for an atom is no node's address where that can be had. */
  #ofFamily(family: Family, nodes: readonly string[]): readonly Column[] {
    const onNodes = nodes.flatMap((address) => addressNumber(address) ?? []).filter(isOf(family))
    const pods = sorted(this.#facts.taken[family])
    const avoided = sorted([...Array.from(pods), ...onNodes])
    return this.#atoms[family].atoms.flatMap((atom) => {
      const value = free(atom, avoided) ?? free(atom, pods)
      return value === undefined ? [] : [this.#column(addressText(value, family), atom)]
    })
  }

  #column(address: string, atom: AddressAtom): Column {
    const endpoint: Endpoint = { kind: 'outside', address }
    const endpoints = this.#worlds.map(() => endpoint)
    return { kind: 'outside', namespace: '', group: '', members: [], atom, endpoints }
  }

  /** Addresses of nodes, where something is said about nodes: one column for each kind that is told apart. */
  #ofNodes(addresses: readonly string[], keys: ReadonlySet<string>): readonly Column[] {
    const taken = new Set([...this.#facts.taken[4], ...this.#facts.taken[6]])
    const columns = new Map<string, Column>()
    for (const address of new Set(addresses.map(canonicalAddress))) {
      const parsed = parseAddress(address)
      const value = addressNumber(address)
      if (parsed === undefined || value === undefined || taken.has(value)) continue
      const family = parsed.bits === 32 ? 4 : 6
      const id = this.#atoms[family].findAddress(parsed)
      const atom = this.#atoms[family].atoms[id]
      const seen = this.#worlds.map((_, world) => this.#facts.nodesAt(address, keys, world))
      const key = JSON.stringify([family, id, seen])
      if (atom === undefined || columns.has(key)) continue
      const intervals = [{ first: parsed.value, last: parsed.value }]
      columns.set(key, this.#column(address, { ...atom, intervals }))
    }
    return [...columns.values()]
  }
}

const isOf =
  (family: Family) =>
  (value: AddressNumber): boolean =>
    (typeof value === 'number') === (family === 4)

function sorted(values: readonly AddressNumber[]): ArrayLike<AddressNumber> {
  if (values.every((value) => typeof value === 'number')) return Float64Array.from(values).sort()
  return [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

/** The first address of an atom that is not among the taken ones, which are in order. */
function free({ intervals }: AddressAtom, taken: ArrayLike<AddressNumber>): bigint | undefined {
  for (const { first, last } of intervals) {
    let value = first
    for (let index = lowerBound(taken, first); index < taken.length && value <= last; index++) {
      const next = BigInt(taken[index] ?? 0)
      if (next > value) break
      if (next === value) value++
    }
    if (value <= last) return value
  }
  return undefined
}

function lowerBound(values: ArrayLike<AddressNumber>, wanted: bigint): number {
  let low = 0
  let high = values.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((values[middle] ?? 0) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
