import type { AdminNetworkPolicy } from '../../snapshot/kinds/admin-network-policy.ts'
import type { ClusterNetworkPolicy } from '../../snapshot/kinds/cluster-network-policy.ts'
import type { NetworkPolicy } from '../../snapshot/kinds/network-policy.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import type { Block } from './block.ts'
import type { Doubt } from './doubt.ts'
import type { Selector } from './selector.ts'

export type Direction = 'egress' | 'ingress'
export type Protocol = 'TCP' | 'UDP' | 'SCTP'
export type Tier = 'admin' | 'network-policy' | 'baseline'
export type PolicyObject = NetworkPolicy | AdminNetworkPolicy | ClusterNetworkPolicy

/** What is wrong with a policy, or unusual: where, what was written, and how it is read. */
export interface PolicyProblem {
  readonly id:
    | 'unknown-field'
    | 'selector-invalid'
    | 'peer-empty'
    | 'peer-with-two-kinds'
    | 'cidr-invalid'
    | 'cidr-not-canonical'
    | 'cidr-ambiguous'
    | 'except-outside-cidr'
    | 'port-invalid'
    | 'port-number-as-string'
    | 'end-port-invalid'
    | 'protocol-invalid'
    | 'policy-types-invalid'
    | 'action-invalid'
    | 'tier-invalid'
    | 'priority-invalid'
    | 'subject-invalid'
    | 'peers-missing'
    | 'baseline-name'
    | 'selector-missing'
    | 'networks-missing'
    | 'domain-names-not-accepted'
    | 'named-port-without-pods'
  /** Whether the API server refuses it. What it accepts is read as `message` says. */
  readonly severity: 'invalid' | 'note'
  /** From the object: `spec.ingress[0].from[1].ipBlock.cidr`. */
  readonly field: string
  readonly value: string
  readonly message: string
}

/** Namespaces of a subject or a peer: one by name, or those that a selector matches. */
export type NamespaceScope = { readonly name: string } | { readonly selector: Selector }

/** One item of a peer list. `path` leads to the item, and for `networks` to the one network. */
export type Peer =
  | {
      readonly is: 'pods'
      readonly path: string
      readonly namespaces: NamespaceScope
      readonly pods: Selector
      /** Fields below `path`, for explanations; absent when that selector is not written. */
      readonly fields: { readonly namespaces?: string | undefined; readonly pods?: string | undefined }
    }
  | {
      readonly is: 'block'
      readonly path: string
      readonly cidr: string
      readonly block: Block
      readonly except: readonly { readonly path: string; readonly cidr: string; readonly block: Block }[]
    }
  | { readonly is: 'nodes'; readonly path: string; readonly nodes: Selector }
  | { readonly is: 'domain-names'; readonly path: string; readonly names: readonly string[] }
  /** An invalid peer: admits nobody. */
  | { readonly is: 'nothing'; readonly path: string }
  | { readonly is: 'doubt'; readonly path: string; readonly doubt: Doubt }

/** One item of a port list. `protocol` is absent where a named port brings its own (ClusterNetworkPolicy). */
export type PortEntry =
  | {
      readonly is: 'numbers'
      readonly path: string
      readonly protocol: Protocol
      readonly from: number
      readonly to: number
      /** Written with endPort: a plugin that does not honour it opens `from` only. */
      readonly isEndPort: boolean
    }
  | {
      readonly is: 'name'
      readonly path: string
      readonly protocol?: Protocol | undefined
      readonly name: string
    }
  | { readonly is: 'nothing'; readonly path: string }
  | { readonly is: 'doubt'; readonly path: string; readonly doubt: Doubt }

/** What a matching rule does; `undefined` when its action cannot be read. */
export type Action = 'allow' | 'deny' | 'pass' | undefined

export interface Rule {
  readonly policy: Policy
  readonly direction: Direction
  /** `spec.ingress[0]`. */
  readonly path: string
  readonly name?: string | undefined
  readonly action: Action
  readonly peers: 'all' | readonly Peer[]
  readonly ports: 'all' | readonly PortEntry[]
  /** Set when the rule can only be said to match perhaps. */
  readonly doubt?: Doubt | undefined
}

/** A policy of any kind, with defaults filled in. The object stays as it was written. */
export interface Policy {
  readonly object: PolicyObject
  readonly reference: ObjectReference
  readonly tier: Tier
  /** Lower goes first; 0 for NetworkPolicies and a BaselineAdminNetworkPolicy. */
  readonly priority: number
  readonly subject: {
    readonly namespaces: NamespaceScope
    readonly pods: Selector
    readonly doubt?: Doubt | undefined
  }
  /** A direction that the policy says nothing about is absent; a NetworkPolicy isolates where it is present. */
  readonly rules: Readonly<Partial<Record<Direction, readonly Rule[]>>>
  readonly problems: readonly PolicyProblem[]
}

/** Whether both generations of admin policies apply the same rules apart. */
export function generationOf(policy: Policy): 'v1alpha1' | 'v1alpha2' {
  return policy.object.kind === 'ClusterNetworkPolicy' ? 'v1alpha2' : 'v1alpha1'
}
