import type { Node } from '../../snapshot/kinds/node.ts'
import type { Service } from '../../snapshot/kinds/service.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { canonicalAddress } from '../inventory/address.ts'
import { addressesOf } from '../inventory/bucket.ts'
import type { Inventory } from '../inventory/inventory.ts'
import { memoTable } from '../inventory/memo.ts'
import { whole } from '../inventory/read.ts'
import { readAdminPolicy } from './admin-policy.ts'
import { type NamespaceFacts, namespaceFacts } from './endpoint.ts'
import { generationOf, type Policy, type Tier } from './model.ts'
import { readNetworkPolicy } from './network-policy.ts'
import { type PluginPolicySet, pluginPolicies } from './plugin-policy.ts'
import { type CniProfile, type DetectedCni, detectCni } from './profile.ts'

export interface PolicySet {
  readonly policies: readonly Policy[]
  readonly gaps: readonly Gap[]
}

/** Cluster-wide policies of one generation of the API, in order of priority. Equal priorities share a group. */
export interface Generation {
  readonly admin: readonly (readonly Policy[])[]
  readonly baseline: readonly (readonly Policy[])[]
}

export interface ClusterPolicies {
  readonly all: readonly Policy[]
  /** One, or two when both generations are in the cluster; none without any policy. */
  readonly generations: readonly Generation[]
  readonly gaps: readonly Gap[]
}

interface ServicesByAddress {
  readonly services: ReadonlyMap<string, readonly Service[]>
  readonly gaps: readonly Gap[]
}

interface NodesByAddress {
  readonly nodes: ReadonlyMap<string, readonly Node[]>
  readonly gaps: readonly Gap[]
}

const ofNamespace = memoTable<PolicySet>('policy.namespace')
const detected = memoTable<DetectedCni>('policy.cni')
const ofCluster = memoTable<ClusterPolicies>('policy.cluster')
const ofPlugins = memoTable<PluginPolicySet>('policy.plugins')
const labelsOf = memoTable<NamespaceFacts>('policy.labels')
const ofServices = memoTable<ServicesByAddress>('policy.services')
const byAddress = memoTable<NodesByAddress>('policy.nodes')

/** The policies of a cluster with what they are compared with. Every lookup is remembered by the inventory. */
export class Policies {
  readonly inventory: Inventory
  readonly #profile: CniProfile | undefined

  /** @param profile what the network plugin does; without it, a guess from the DaemonSets */
  constructor(inventory: Inventory, profile?: CniProfile) {
    this.inventory = inventory
    this.#profile = profile
  }

  get profile(): CniProfile {
    return this.cni().profile
  }

  /** The network plugin that the verdicts count on, and the DaemonSet that the guess rests on. */
  cni(): DetectedCni {
    if (this.#profile !== undefined) return { profile: this.#profile }
    return this.inventory.memo.get(detected, '', () => detectCni(this.inventory))
  }

  /** The NetworkPolicies of a namespace, by name, with their defaults and problems. */
  in(namespace: string): PolicySet {
    return this.inventory.memo.get(ofNamespace, namespace, () => {
      const read = this.inventory.list('NetworkPolicy', namespace)
      const items = read.gaps.length === 0 ? whole(read) : read.items
      return { policies: items.map(readNetworkPolicy), gaps: read.gaps }
    })
  }

  /** AdminNetworkPolicies, the BaselineAdminNetworkPolicy and ClusterNetworkPolicies. */
  cluster(): ClusterPolicies {
    return this.inventory.memo.get(ofCluster, '', () => {
      const kinds = ['AdminNetworkPolicy', 'BaselineAdminNetworkPolicy', 'ClusterNetworkPolicy'] as const
      const reads = kinds.map((kind) => this.inventory.list(kind))
      const all = reads.flatMap((read) => read.items).map(readAdminPolicy)
      const generations = ['v1alpha1', 'v1alpha2']
        .map((name) => all.filter((policy) => generationOf(policy) === name))
        .filter((policies) => policies.length > 0)
        .map((policies) => ({
          admin: byPriority(policies, 'admin'),
          baseline: byPriority(policies, 'baseline'),
        }))
      return { all, generations, gaps: reads.flatMap((read) => read.gaps) }
    })
  }

  /** The policies of network plugins that can select pods of a namespace. Their own semantics are not modelled. */
  ofPlugins(namespace: string): PluginPolicySet {
    return this.inventory.memo.get(ofPlugins, namespace, () => pluginPolicies(namespace, this.inventory))
  }

  namespace(name: string): NamespaceFacts {
    return this.inventory.memo.get(labelsOf, name, () => namespaceFacts(name, this.inventory))
  }

  /** Services that have this address, which is translated on the client's node. */
  servicesWith(address: string): { readonly services: readonly Service[]; readonly gaps: readonly Gap[] } {
    const { services, gaps } = this.inventory.memo.get(ofServices, '', () => {
      const read = this.inventory.list('Service')
      const pairs = read.items.flatMap((service) =>
        addressesOf(service).map((text) => ({ text: canonicalAddress(text), service })),
      )
      const grouped = Map.groupBy(pairs, ({ text }) => text)
      return {
        services: new Map([...grouped].map(([text, found]) => [text, found.map(({ service }) => service)])),
        gaps: read.gaps,
      }
    })
    return { services: services.get(canonicalAddress(address)) ?? [], gaps }
  }

  /** Nodes that name this address as theirs. */
  nodesWith(address: string): { readonly nodes: readonly Node[]; readonly gaps: readonly Gap[] } {
    const { nodes, gaps } = this.inventory.memo.get(byAddress, '', () => {
      const read = this.inventory.list('Node')
      const pairs = read.items.flatMap((node) =>
        node.status.addresses.map(({ address }) => ({ text: canonicalAddress(address), node })),
      )
      const grouped = Map.groupBy(pairs, ({ text }) => text)
      return {
        nodes: new Map([...grouped].map(([text, found]) => [text, found.map(({ node }) => node)])),
        gaps: read.gaps,
      }
    })
    return { nodes: nodes.get(canonicalAddress(address)) ?? [], gaps }
  }
}

function byPriority(policies: readonly Policy[], tier: Tier): readonly (readonly Policy[])[] {
  const groups = Map.groupBy(
    policies.filter((policy) => policy.tier === tier),
    (policy) => policy.priority,
  )
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group)
}
