import { decide, type FlowVerdict } from '../decide.ts'
import { type Addresses, addressesOf, type Endpoint, type Family, isSamePod } from '../endpoint.ts'
import type { Direction } from '../model.ts'
import type { Policies } from '../policies.ts'
import { type AddressAtom, AddressAtoms } from './address-atoms.ts'
import { hasBit } from './bits.ts'
import { type Column, type PodInWorlds, podColumns } from './columns.ts'
import { ColumnFamilies } from './families.ts'
import { OutsideColumns } from './outside.ts'
import { isOnOwnNode, type PairGroup, Pairs } from './pairs.ts'
import { PodFacts } from './pod-facts.ts'
import { Sides } from './sides.ts'
import { type Signature, Signatures } from './signatures.ts'
import { type ReachRow, reachRows } from './strips.ts'
import { failsAt, type SideRow } from './verdict-bits.ts'
import { type PortAtom, portAtoms, vocabularyOf } from './vocabulary.ts'

export type Outcome = FlowVerdict['outcome']

/** One of the ends that a column stands for. */
export interface End {
  readonly column: number
  readonly endpoint: Endpoint
}

/**
 * Who reaches whom, for all pods and the addresses outside, in one or more worlds with the same columns and port
 * atoms. Agrees with {@link decide} on every pair: policies are compared with columns instead of pods, and a set of
 * columns at a time.
 */
export class Reachability {
  readonly pods: readonly PodInWorlds[]
  readonly columns: readonly Column[]
  readonly atoms: readonly PortAtom[]
  readonly pairs: Pairs
  readonly #worlds: readonly World[]

  /**
   * @param pods those that are not finished; each in every world
   * @param groups of each pod, what to tell apart although policies do not
   */
  constructor(pods: readonly PodInWorlds[], worlds: readonly Policies[], groups: readonly string[] = []) {
    const vocabulary = vocabularyOf(worlds)
    const { blocks } = vocabulary
    const addresses = { 4: new AddressAtoms(blocks, 4), 6: new AddressAtoms(blocks, 6) }
    const facts = new PodFacts(vocabulary, worlds, addresses)
    const signatures = worlds.map((policies) => new Signatures(policies))
    this.pods = pods
    const ofPods = inOrder(podColumns(pods, groups, facts), signatures[0])
    this.columns = [...ofPods, ...new OutsideColumns(worlds, addresses, facts).all(vocabulary)]
    this.atoms = portAtoms(vocabulary, facts.named)
    this.pairs = new Pairs(pods, this.columns, worlds[0])
    this.#worlds = worlds.map(
      (policies, index) =>
        new World(this.columns, index, policies, signatures[index] ?? new Signatures(policies), addresses),
    )
  }

  /** What the addresses outside are told apart by. */
  get outside(): readonly AddressAtom[] {
    return this.columns.flatMap(({ atom }) => atom ?? [])
  }

  /** The atom that holds a port. */
  atomOf(protocol: PortAtom['protocol'], port: number): PortAtom | undefined {
    return this.atoms.find((atom) => atom.protocol === protocol && port >= atom.from && port <= atom.to)
  }

  /** The verdict for a source and a destination that share no node, and are not one pod. */
  outcome(world: number, source: number, destination: number, atom: PortAtom): Outcome {
    return this.#world(world).outcome(source, destination, atom)
  }

  /** The verdict for one end and another, whatever they are to each other. */
  verdict(world: number, source: End, destination: End, atom: PortAtom): Outcome {
    const { policies } = this.#world(world)
    const [from, to] = [source.endpoint, destination.endpoint]
    const isSame = from.kind === 'pod' && to.kind === 'pod' && isSamePod(from.pod, to.pod)
    if (isSame || isOnOwnNode(from, to, policies) || isOnOwnNode(to, from, policies))
      return plainOutcome(from, to, atom, policies)
    return this.outcome(world, source.column, destination.column, atom)
  }

  /** The verdict for one group of pairs of two columns. */
  outcomeOf(world: number, group: PairGroup, source: number, destination: number, atom: PortAtom): Outcome {
    if (!group.isOwnNode) return this.outcome(world, source, destination, atom)
    const [from, to] = [group.source[world], group.destination[world]]
    if (from === undefined || to === undefined) return 'unknown'
    return plainOutcome(from, to, atom, this.#world(world).policies)
  }

  /** For each column as a source, in order, all destinations. Pairs on one node are left to {@link outcomeOf}. */
  *rows(world: number, atom: PortAtom): Generator<ReachRow> {
    yield* this.#world(world).reachRows(atom)
  }

  /** The side of a column towards all others, in each address family that tells them apart. */
  sideRows(world: number, direction: Direction, column: number, atom: PortAtom): readonly SideRow[] {
    return this.#world(world).sideRows(direction, column, atom)
  }

  /** Which policies select a column; `undefined` for addresses outside. */
  signature(world: number, direction: Direction, column: number): Signature | undefined {
    return this.#world(world).signature(direction, column)
  }

  /** Forgets what was computed for one port. */
  forget(atom: PortAtom): void {
    for (const world of this.#worlds) world.forget(atom)
  }

  policies(world: number): Policies {
    return this.#world(world).policies
  }

  #world(index: number): World {
    const world = this.#worlds[index]
    if (world === undefined) throw new RangeError(`there is no world ${index}`)
    return world
  }
}

class World {
  readonly policies: Policies
  readonly #columns: readonly Column[]
  readonly #index: number
  readonly #signatures: Signatures
  readonly #families: ColumnFamilies
  readonly #sides: ReadonlyMap<Family, Sides>

  constructor(
    columns: readonly Column[],
    index: number,
    policies: Policies,
    signatures: Signatures,
    addresses: Readonly<Record<Family, AddressAtoms>>,
  ) {
    this.policies = policies
    this.#columns = columns
    this.#index = index
    this.#signatures = signatures
    const own = columns.map(({ endpoints }) => addressesIn(endpoints[index]))
    this.#families = new ColumnFamilies(own)
    const context = { columns, world: index, policies, signatures, atoms: addresses, addresses: own }
    this.#sides = new Map(this.#families.views.map((family) => [family, new Sides(context, family)]))
  }

  signature(direction: Direction, column: number): Signature | undefined {
    return this.#signatures.of(this.#columns[column]?.endpoints[this.#index], direction)
  }

  outcome(source: number, destination: number, atom: PortAtom): Outcome {
    let first: Outcome | undefined
    for (const family of this.#families.between(source, destination)) {
      const outcome = this.#inFamily(source, destination, atom, family)
      if (first === undefined || first === outcome) first = outcome
      else first = first === 'unknown' || outcome === 'unknown' ? 'unknown' : 'partly'
    }
    return first ?? 'unknown'
  }

  #inFamily(source: number, destination: number, atom: PortAtom, family: Family): Outcome {
    const sides = this.#sides.get(family)
    if (sides === undefined) return 'unknown'
    const egress = sides.row('egress', source, atom)
    const ingress = sides.row('ingress', destination, atom)
    if (failsAt(egress, destination) || failsAt(ingress, source)) return 'fails'
    return hasBit(egress.passes, destination) && hasBit(ingress.passes, source) ? 'passes' : 'unknown'
  }

  sideRows(direction: Direction, column: number, atom: PortAtom): readonly SideRow[] {
    return [...this.#sides.values()].map((sides) => sides.row(direction, column, atom))
  }

  reachRows(atom: PortAtom): Generator<ReachRow> {
    const columns = this.#columns.length
    const views = [...this.#sides.values()].map((sides) => ({
      egress: (column: number) => sides.row('egress', column, atom),
      ingress: (column: number) => sides.row('ingress', column, atom),
    }))
    return reachRows(columns, views, this.#families)
  }

  forget(atom: PortAtom): void {
    for (const sides of this.#sides.values()) sides.forget(atom)
  }
}

const noAddresses: Addresses = { texts: {}, parsed: {} }

function addressesIn(endpoint: Endpoint | undefined): Addresses {
  return endpoint === undefined ? noAddresses : addressesOf(endpoint)
}

function plainOutcome(source: Endpoint, destination: Endpoint, atom: PortAtom, policies: Policies): Outcome {
  return decide({ source, destination, protocol: atom.protocol, port: atom.from }, policies).outcome
}

/** By namespace, and those that are selected alike together: then sets of them are a few whole words. */
function inOrder(columns: readonly Column[], signatures: Signatures | undefined): readonly Column[] {
  const keyed = columns.map((column) => {
    const [endpoint] = column.endpoints
    return { column, ingress: signatures?.of(endpoint, 'ingress')?.id ?? 0 }
  })
  keyed.sort(
    (a, b) =>
      (a.column.namespace < b.column.namespace ? -1 : a.column.namespace > b.column.namespace ? 1 : 0) ||
      a.ingress - b.ingress,
  )
  return keyed.map(({ column }) => column)
}
