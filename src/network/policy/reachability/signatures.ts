import type { Endpoint, NamespaceFacts, Party } from '../endpoint.ts'
import { matchSubject } from '../match.ts'
import type { Direction, Policy } from '../model.ts'
import type { PluginPolicy } from '../plugin-policy.ts'
import type { Generation, Policies, PolicySet } from '../policies.ts'

/** A policy that selects a subject. */
export interface Selecting {
  readonly policy: Policy
  readonly isSure: boolean
}

/** A tier: groups of equal priority in order. */
export type TierOrder = readonly (readonly Selecting[])[]

/** Everything that decides what a subject's side says, but for ports by name. Equal ones are one object. */
export interface Signature {
  readonly id: number
  readonly networkPolicies: readonly Selecting[]
  /** One for each generation of the admin API that is in use; at least one. */
  readonly generations: readonly { readonly admin: TierOrder; readonly baseline: TierOrder }[]
  /** Its NetworkPolicies were not read whole. */
  readonly hasGaps: boolean
  /** A policy of the network plugin may select it. */
  readonly isOpen: boolean
  /** An ingress rule asks for a port by name, which is then looked up on the subject. */
  readonly asksForNames: boolean
}

/** What can select the pods of a namespace. */
interface NamespacePolicies {
  readonly namespace: NamespaceFacts
  readonly set: PolicySet
  /** Its NetworkPolicies that say something about a direction. */
  readonly own: Readonly<Record<Direction, readonly Policy[]>>
  readonly plugins: readonly PluginPolicy[]
  readonly generations: readonly Generation[]
}

const noGenerations: readonly Generation[] = [{ admin: [], baseline: [] }]
const noTiers: Signature['generations'] = [{ admin: [], baseline: [] }]

/** Finds which policies select a subject, once for all subjects that are selected by the same. */
export class Signatures {
  readonly #policies: Policies
  readonly #namespaces = new Map<string, NamespacePolicies>()
  readonly #ids = new Map<Policy, number>()
  readonly #known = new Map<string, Signature>()
  readonly #byEndpoint: Readonly<Record<Direction, Map<Endpoint, Signature>>> = {
    egress: new Map(),
    ingress: new Map(),
  }

  constructor(policies: Policies) {
    this.#policies = policies
  }

  /** @returns `undefined` for what is no subject of any policy: addresses outside */
  of(endpoint: Endpoint | undefined, direction: Direction): Signature | undefined {
    if (endpoint?.kind !== 'pod') return undefined
    const known = this.#byEndpoint[direction].get(endpoint)
    if (known !== undefined) return known
    const signature = this.#find(endpoint, direction)
    this.#byEndpoint[direction].set(endpoint, signature)
    return signature
  }

  #find(endpoint: Extract<Endpoint, { kind: 'pod' }>, direction: Direction): Signature {
    const { pod } = endpoint
    const { namespace, set, plugins, generations, own } = this.#namespace(pod.metadata.namespace ?? '')
    const party: Party = { endpoint, pod, namespace }
    const isOpen = plugins.some(
      (policy) => policy.directions.has(direction) && policy.maySelect(pod, namespace),
    )
    const networkPolicies = this.#selecting(own[direction], party, direction)
    const tiers =
      generations === noGenerations
        ? noTiers
        : generations.map((generation) => ({
            admin: this.#tier(generation.admin, party, direction),
            baseline: this.#tier(generation.baseline, party, direction),
          }))
    const hasGaps = set.gaps.length > 0
    let key = `${direction[0]}${hasGaps ? 1 : 0}${isOpen ? 1 : 0}${this.#key(networkPolicies)}`
    for (const { admin, baseline } of tiers === noTiers ? [] : tiers)
      for (const tier of [admin, baseline]) {
        key += ';'
        for (const group of tier) key += `/${this.#key(group)}`
      }
    const known = this.#known.get(key)
    if (known !== undefined) return known
    const all = [
      ...networkPolicies,
      ...tiers.flatMap(({ admin, baseline }) => [...admin, ...baseline].flat()),
    ]
    const asksForNames = direction === 'ingress' && all.some(({ policy }) => hasNamedPorts(policy))
    const id = this.#known.size
    const signature = { id, networkPolicies, generations: tiers, hasGaps, isOpen, asksForNames }
    this.#known.set(key, signature)
    return signature
  }

  #namespace(name: string): NamespacePolicies {
    const known = this.#namespaces.get(name)
    if (known !== undefined) return known
    const set = this.#policies.in(name)
    const { generations } = this.#policies.cluster()
    const found: NamespacePolicies = {
      namespace: this.#policies.namespace(name),
      set,
      own: {
        egress: set.policies.filter(({ rules }) => rules.egress !== undefined),
        ingress: set.policies.filter(({ rules }) => rules.ingress !== undefined),
      },
      plugins: this.#policies.ofPlugins(name).policies,
      generations: generations.length === 0 ? noGenerations : generations,
    }
    this.#namespaces.set(name, found)
    return found
  }

  #tier(groups: Generation['admin'], party: Party, direction: Direction): TierOrder {
    const found: (readonly Selecting[])[] = []
    for (const group of groups) {
      const selecting = this.#selecting(group, party, direction)
      if (selecting.length > 0) found.push(selecting)
    }
    return found
  }

  #selecting(policies: readonly Policy[], party: Party, direction: Direction): readonly Selecting[] {
    const found: Selecting[] = []
    for (const policy of policies) {
      if (policy.rules[direction] === undefined) continue
      const match = matchSubject(policy, party, this.#policies)
      if (match.is !== 'no') found.push({ policy, isSure: match.is === 'yes' })
    }
    return found
  }

  #key(selecting: readonly Selecting[]): string {
    let key = ''
    for (const { policy, isSure } of selecting) {
      const id = this.#ids.get(policy) ?? this.#ids.size
      this.#ids.set(policy, id)
      key += isSure ? `${id} ` : `${id}? `
    }
    return key
  }
}

function hasNamedPorts({ rules }: Policy): boolean {
  return (rules.ingress ?? []).some(
    ({ ports }) => ports !== 'all' && ports.some((entry) => entry.is === 'name'),
  )
}
