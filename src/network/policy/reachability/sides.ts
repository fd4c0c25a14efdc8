import { type Addresses, type Endpoint, type Family, type Party, partyIn } from '../endpoint.ts'
import type { Direction, Rule } from '../model.ts'
import type { Policies } from '../policies.ts'
import type { AddressAtoms } from './address-atoms.ts'
import { fullBits } from './bits.ts'
import type { Column } from './columns.ts'
import { KubeRouterSets } from './kube-router-sets.ts'
import { PeerSets, type Placed } from './peer-sets.ts'
import type { Signature, Signatures } from './signatures.ts'
import { common, type Tri } from './tri.ts'
import { type SideRow, sideRow } from './verdict-bits.ts'
import type { PortAtom } from './vocabulary.ts'

export interface SideContext {
  readonly columns: readonly Column[]
  /** Which of the endpoints of a column are meant. */
  readonly world: number
  readonly policies: Policies
  readonly signatures: Signatures
  readonly atoms: Readonly<Record<Family, AddressAtoms>>
  /** Of each column. */
  readonly addresses: readonly Addresses[]
}

/** Rows of one port. */
interface PortRows {
  readonly egress: Map<Signature, Map<string, SideRow>>
  readonly ingress: Map<Signature, Map<string, SideRow>>
  /** Of rules that match the same whoever is selected: a policy for many is compared once. */
  readonly matches: Map<Rule, Tri>
}

/** One world in one address family: what the policies of each column say about all others. */
export class Sides {
  readonly #context: SideContext
  readonly #parties: readonly Party[]
  readonly #peers: PeerSets
  /** Only where kube-router enforces. */
  readonly #kubeRouter: KubeRouterSets | undefined
  readonly #rows = new Map<PortAtom, PortRows>()
  readonly #portKeys = new Map<number, string>()
  readonly #everything: SideRow

  constructor(context: SideContext, family: Family) {
    const { columns, world, policies, addresses, atoms } = context
    this.#context = context
    this.#parties = columns.flatMap(({ endpoints }, index) => {
      const [endpoint, own] = [endpoints[world], addresses[index]]
      return endpoint === undefined || own === undefined ? [] : [partyOf(endpoint, own, family, policies)]
    })
    const placed = this.#parties.map((party) => placeOf(party, atoms))
    this.#peers = new PeerSets(this.#parties, placed, policies)
    this.#kubeRouter =
      policies.profile.rulesAre === 'as-written'
        ? undefined
        : new KubeRouterSets(this.#parties, this.#peers, policies)
    this.#everything = { passes: fullBits(columns.length) }
  }

  /** The verdicts of a column's side about every column; columns that are selected alike share the row. */
  row(direction: Direction, column: number, atom: PortAtom): SideRow {
    const { columns, world, signatures } = this.#context
    const signature = signatures.of(columns[column]?.endpoints[world], direction)
    if (signature === undefined) return this.#everything
    const rows = this.#rowsOf(atom)[direction]
    const own = rows.get(signature) ?? new Map<string, SideRow>()
    rows.set(signature, own)
    const asksForNames = direction === 'ingress' && signature.asksForNames
    const key = `${asksForNames ? this.#portsKey(column) : ''}${this.#pluginKey(signature, direction, column, atom)}`
    const known = own.get(key)
    if (known !== undefined) return known
    const row = this.#compute(signature, direction, atom, column)
    own.set(key, row)
    return row
  }

  #pluginKey(signature: Signature, direction: Direction, column: number, atom: PortAtom): string {
    const subject = this.#parties[column]
    if (this.#kubeRouter === undefined || subject === undefined) return ''
    return this.#kubeRouter.key(signature, { direction, atom, column, subject })
  }

  /** Forgets the rows of a port: in large clusters those of all ports would take too much memory. */
  forget(atom: PortAtom): void {
    this.#rows.delete(atom)
    this.#kubeRouter?.forget(atom)
  }

  #rowsOf(atom: PortAtom): PortRows {
    const known = this.#rows.get(atom)
    if (known !== undefined) return known
    const rows: PortRows = { egress: new Map(), ingress: new Map(), matches: new Map() }
    this.#rows.set(atom, rows)
    return rows
  }

  #compute(signature: Signature, direction: Direction, atom: PortAtom, column: number): SideRow {
    const isProtocolOpen = atom.protocol === 'SCTP' && !this.#context.policies.profile.sctpSupported
    const subject = this.#parties[column]
    const destination = direction === 'ingress' ? subject : undefined
    const match = (rule: Rule): Tri => this.#match(rule, atom, destination)
    const plugin =
      subject === undefined
        ? undefined
        : this.#kubeRouter?.reading(signature, { direction, atom, column, subject })
    return sideRow(signature, direction, match, this.#parties.length, isProtocolOpen, plugin)
  }

  #match(rule: Rule, atom: PortAtom, subject: Party | undefined): Tri {
    if (subject !== undefined && asksForNames(rule)) return this.#compare(rule, atom, subject)
    const { matches } = this.#rowsOf(atom)
    const known = matches.get(rule) ?? this.#compare(rule, atom, subject)
    matches.set(rule, known)
    return known
  }

  #compare(rule: Rule, atom: PortAtom, subject: Party | undefined): Tri {
    const ports = this.#peers.ofPorts(rule, atom, subject)
    if (this.#peers.isNone(ports)) return ports
    const peers = this.#peers.ofRule(rule)
    return this.#peers.isAll(ports) ? peers : common(peers, ports)
  }

  /** What ports by name may be on a pod. */
  #portsKey(column: number): string {
    const known = this.#portKeys.get(column)
    if (known !== undefined) return known
    const pod = this.#parties[column]?.pod
    const [named, init] = [pod?.spec.containers ?? [], pod?.spec.initContainers ?? []].map((containers) =>
      containers.flatMap(({ ports }) =>
        ports.flatMap(({ name, containerPort, protocol }) =>
          name === undefined ? [] : [[name, containerPort, protocol]],
        ),
      ),
    )
    const key = JSON.stringify([pod?.spec.hostNetwork === true, named, init])
    this.#portKeys.set(column, key)
    return key
  }
}

function asksForNames({ ports }: Rule): boolean {
  return ports !== 'all' && ports.some(({ is }) => is === 'name')
}

function placeOf({ address }: Party, atoms: SideContext['atoms']): Placed | undefined {
  if (address === undefined) return undefined
  const family = address.bits === 32 ? 4 : 6
  const id = atoms[family].findAddress(address)
  return { id: `${family} ${id}`, blocks: atoms[family].atoms[id]?.blocks ?? new Set<string>() }
}

function partyOf(endpoint: Endpoint, addresses: Addresses, family: Family, policies: Policies): Party {
  const namespace =
    endpoint.kind === 'pod' ? policies.namespace(endpoint.pod.metadata.namespace ?? '') : undefined
  return partyIn(family, endpoint, addresses, namespace)
}
