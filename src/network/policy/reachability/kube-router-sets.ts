import type { Party } from '../endpoint.ts'
import { asKubeRouter, type KubeRouterRule, matchBlocks, withoutNames } from '../kube-router.ts'
import type { Direction, Policy, Rule } from '../model.ts'
import type { Policies } from '../policies.ts'
import { emptyBits, hasBit, setBit } from './bits.ts'
import type { PeerSets } from './peer-sets.ts'
import type { Signature } from './signatures.ts'
import { common, doubtful, type Tri, union } from './tri.ts'
import type { PluginReading } from './verdict-bits.ts'
import type { PortAtom } from './vocabulary.ts'

/** A column as the subject of the side that is asked about. */
interface Asked {
  readonly direction: Direction
  readonly atom: PortAtom
  readonly column: number
  readonly subject: Party
}

/** What kube-router makes of rules (see kube-router.ts), for sets of columns. */
export class KubeRouterSets {
  readonly #parties: readonly Party[]
  readonly #peers: PeerSets
  readonly #policies: Policies
  readonly #size: number
  readonly #none: Tri
  readonly #blocks = new Map<Rule, Tri>()
  readonly #egress = new Map<PortAtom, Map<Rule, Tri>>()

  constructor(parties: readonly Party[], peers: PeerSets, policies: Policies) {
    this.#parties = parties
    this.#peers = peers
    this.#policies = policies
    this.#size = parties.length
    this.#none = union([], parties.length)
  }

  /** What else comes out of the policies of a column; `undefined` when that is what they say. */
  reading(signature: Signature, asked: Asked): PluginReading | undefined {
    const { networkPolicies } = signature
    if (networkPolicies.every(({ policy }) => this.#isAsWritten(policy, asked))) return undefined
    return {
      match: (rule) => this.#match(rule, asked),
      more: (policy) => this.#ofOthers(policy, asked),
    }
  }

  /** Columns with equal keys have equal rows, when they have the same signature and ports. */
  key(signature: Signature, asked: Asked): string {
    return signature.networkPolicies
      .flatMap(({ policy }) => othersOf(policy, asked.direction))
      .map((rule) => this.#gates(rule, asked).join(''))
      .join()
  }

  forget(atom: PortAtom): void {
    this.#egress.delete(atom)
  }

  #isAsWritten(policy: Policy, { direction, subject }: Asked): boolean {
    if (othersOf(policy, direction).length > 0) return false
    const rules = policy.rules[direction] ?? []
    return rules.every(
      (rule) => this.#read(rule, direction === 'ingress' ? subject : undefined) === undefined,
    )
  }

  #read(rule: Rule, destination: Party | undefined): KubeRouterRule | undefined {
    return asKubeRouter(rule, destination, this.#policies)
  }

  /** The columns that a rule of the asked direction matches. */
  #match(rule: Rule, { direction, atom, subject }: Asked): Tri {
    if (direction === 'egress') return this.#matchEgress(rule, atom)
    const read = this.#read(rule, subject)
    const ports = this.#peers.ofPorts(rule, atom, subject)
    if (read === undefined) return common(this.#peers.ofRule(rule), ports)
    const pods = this.#peers.ofPeers(read.pods, rule)
    const blocks = common(this.#inBlocks(read, rule), ports)
    return union([read.opensPods ? pods : common(pods, ports), blocks], this.#size)
  }

  #matchEgress(rule: Rule, atom: PortAtom): Tri {
    const known = this.#egress.get(atom) ?? new Map<Rule, Tri>()
    this.#egress.set(atom, known)
    const found = known.get(rule) ?? this.#computeEgress(rule, atom)
    known.set(rule, found)
    return found
  }

  #computeEgress(rule: Rule, atom: PortAtom): Tri {
    const read = this.#read(rule, undefined)
    if (read === undefined)
      return common(this.#peers.ofRule(rule), this.#peers.ofPorts(rule, atom, undefined))
    const { numbers } = read
    const isOwnNumber = numbers?.has(`${atom.protocol}/${atom.from}`) === true
    if (numbers !== undefined)
      return isOwnNumber ? this.#peers.everything : this.#peers.ofPorts(withoutNames(rule), atom, undefined)
    const named = read.dropsNames ? withoutNames(rule) : rule
    const pods = common(this.#peers.ofPeers(read.pods, rule), this.#portsOfPods(read, rule, atom))
    const blocks = common(this.#inBlocks(read, rule), this.#peers.ofPorts(named, atom, undefined))
    return union([pods, blocks], this.#size)
  }

  /** On which columns a rule opens the asked port to pods. */
  #portsOfPods({ opensPods }: KubeRouterRule, rule: Rule, atom: PortAtom): Tri {
    const ports = this.#peers.ofPorts(rule, atom, undefined)
    return opensPods ? union([this.#peers.withoutNames(rule), ports], this.#size) : ports
  }

  #inBlocks(read: KubeRouterRule, rule: Rule): Tri {
    const known = this.#blocks.get(rule) ?? this.#computeBlocks(read, rule)
    this.#blocks.set(rule, known)
    return known
  }

  #computeBlocks(read: KubeRouterRule, rule: Rule): Tri {
    const [yes, can] = [emptyBits(this.#size), emptyBits(this.#size)]
    for (const [index, party] of this.#parties.entries()) {
      const { is } = matchBlocks(read, party, rule, this.#policies)
      if (is !== 'no') setBit(can, index)
      if (is === 'yes') setBit(yes, index)
    }
    return { yes, can }
  }

  /** Of a policy for both directions: the columns that it selects too, and that a rule of the other one admits. */
  #ofOthers(policy: Policy, asked: Asked): Tri {
    const others = othersOf(policy, asked.direction)
    if (others.length === 0) return this.#none
    const selected = this.#peers.ofSubject(policy)
    const admitted = others.flatMap((rule) => {
      const read = asked.direction === 'egress' ? this.#read(rule, undefined) : undefined
      return this.#gates(rule, asked).map((gate, part): Tri => {
        if (gate === 'no') return this.#none
        const ports = this.#portsBehind(rule, read, part, asked)
        const found = ports === undefined ? selected : common(selected, ports)
        return gate === 'yes' ? found : doubtful(found, this.#size)
      })
    })
    return union(admitted, this.#size)
  }

  /** Of an ingress rule that lets out, the columns on which it opens the asked port. */
  #portsBehind(rule: Rule, read: KubeRouterRule | undefined, part: number, asked: Asked): Tri | undefined {
    if (asked.direction === 'ingress') return undefined
    if (read !== undefined && part === 0) return this.#portsOfPods(read, rule, asked.atom)
    return this.#peers.ofPorts(rule, asked.atom, undefined)
  }

  /** Whether the asked column is a peer of a rule of the other direction: as a pod, and by its address. */
  #gates(rule: Rule, { direction, atom, column }: Asked): readonly ('yes' | 'no' | 'maybe')[] {
    if (direction === 'ingress') return [at(this.#matchEgress(rule, atom), column)]
    const read = this.#read(rule, undefined)
    if (read === undefined) return [at(this.#peers.ofRule(rule), column)]
    return [at(this.#peers.ofPeers(read.pods, rule), column), at(this.#inBlocks(read, rule), column)]
  }
}

function at({ yes, can }: Tri, column: number): 'yes' | 'no' | 'maybe' {
  if (hasBit(yes, column)) return 'yes'
  return hasBit(can, column) ? 'maybe' : 'no'
}

function othersOf({ rules }: Policy, direction: Direction): readonly Rule[] {
  if (rules[direction] === undefined) return []
  return rules[direction === 'egress' ? 'ingress' : 'egress'] ?? []
}
