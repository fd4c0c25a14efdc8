import type { Decision } from '../decide.ts'
import { decideSide } from '../decide.ts'
import { addressesOf, type Endpoint, type Family, familiesOf, type Party, partyIn } from '../endpoint.ts'
import type { Direction } from '../model.ts'
import type { Policies } from '../policies.ts'
import { type Bits, emptyBits, setBit } from './bits.ts'
import type { Column } from './columns.ts'
import type { PortAtom } from './vocabulary.ts'

/** What the policies of one end say about every column, as its peer. What is in neither set is unknown. */
export interface SideRow {
  readonly passes: Bits
  readonly fails: Bits
}

/** One world: what policies say about columns, in one address family. */
export class Sides {
  readonly #policies: Policies
  readonly #parties: readonly Party[]
  readonly #rows = new Map<string, SideRow>()

  /** @param world which of the endpoints of a column are meant */
  constructor(columns: readonly Column[], world: number, family: Family, policies: Policies) {
    this.#policies = policies
    this.#parties = columns.flatMap(({ endpoints }) => {
      const endpoint = endpoints[world]
      return endpoint === undefined ? [] : [partyOf(endpoint, family, policies)]
    })
  }

  row(direction: Direction, column: number, atom: PortAtom): SideRow {
    const key = `${direction} ${column} ${atom.protocol} ${atom.from}`
    const known = this.#rows.get(key)
    if (known !== undefined) return known
    const row: SideRow = { passes: emptyBits(this.#parties.length), fails: emptyBits(this.#parties.length) }
    for (const peer of this.#parties.keys()) {
      const outcome = this.#decide(direction, column, peer, atom)?.outcome
      if (outcome === 'passes') setBit(row.passes, peer)
      if (outcome === 'fails') setBit(row.fails, peer)
    }
    this.#rows.set(key, row)
    return row
  }

  #decide(direction: Direction, column: number, other: number, atom: PortAtom): Decision | undefined {
    const subject = this.#parties[column]
    const peer = this.#parties[other]
    if (subject === undefined || peer === undefined) return undefined
    const target = {
      protocol: atom.protocol,
      port: atom.from,
      destination: direction === 'egress' ? peer : subject,
    }
    return decideSide({ direction, subject, peer, target, policies: this.#policies }, undefined)
  }
}

export function partyOf(endpoint: Endpoint, family: Family, policies: Policies): Party {
  const namespace =
    endpoint.kind === 'pod' ? policies.namespace(endpoint.pod.metadata.namespace ?? '') : undefined
  return partyIn(family, endpoint, addressesOf(endpoint), namespace)
}

/** The families in which two endpoints are judged. */
export function familiesBetween(source: Endpoint, destination: Endpoint): readonly Family[] {
  return familiesOf(addressesOf(source), addressesOf(destination))
}
