import type { Network } from '../../network/network.ts'
import { requirementText, selectorText } from '../../network/policy/clause.ts'
import { nameLabel } from '../../network/policy/endpoint.ts'
import { matchNamespace } from '../../network/policy/match.ts'
import type { NamespaceScope, Peer, Rule } from '../../network/policy/model.ts'
import type { Policies } from '../../network/policy/policies.ts'
import { type Selector, selects } from '../../network/policy/selector.ts'
import { isDeleting, isFinished } from '../../network/workloads/pods.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'

/** Whom one item of a peer list means, in this cluster. */
export type PeerSummary =
  /** No peers are listed: that is everyone, inside and outside, never nobody. */
  | { readonly is: 'everyone' }
  | {
      readonly is: 'pods'
      readonly path: string
      /** The labels that are asked for; absent: every pod. */
      readonly pods?: string | undefined
      /** The labels of namespaces that are asked for; `own`: the policy's own namespace; `any`. */
      readonly namespaces: { readonly own: string } | { readonly labels: string } | 'any'
      /** Namespaces that match; absent where that cannot be told. */
      readonly matched?: readonly string[] | undefined
      /** Workloads that match, among those that were read. */
      readonly workloads: readonly ObjectReference[]
      /** Whether these are all: not where workloads were not read; `open` among manifests, which need not be all. */
      readonly isWhole: boolean | 'open'
    }
  | {
      readonly is: 'block'
      readonly path: string
      readonly cidr: string
      readonly except: readonly string[]
    }
  | { readonly is: 'nodes'; readonly path: string; readonly labels: string | undefined }
  | { readonly is: 'domain-names'; readonly path: string; readonly names: readonly string[] }
  /** Invalid: matches nothing, or cannot be read. */
  | { readonly is: 'invalid'; readonly path: string }

/** What peers are compared with: all workloads, by namespace; computed once for an answer. */
export class PeerBook {
  readonly #network: Network
  readonly #policies: Policies
  readonly #known = new Map<string, PeerSummary>()

  constructor(network: Network, policies: Policies) {
    this.#network = network
    this.#policies = policies
  }

  /** Whom a rule means; one item for a rule without peers. */
  of({ peers }: Rule): readonly PeerSummary[] {
    return peers === 'all' ? [{ is: 'everyone' }] : peers.map((peer) => this.#peer(peer))
  }

  #peer(peer: Peer): PeerSummary {
    const { path } = peer
    switch (peer.is) {
      case 'pods':
        return { ...this.#pods(peer.namespaces, peer.pods), path }
      case 'block':
        return { is: 'block', path, cidr: peer.cidr, except: peer.except.map(({ cidr }) => cidr) }
      case 'nodes':
        return { is: 'nodes', path, labels: selectorText(peer.nodes) }
      case 'domain-names':
        return { is: 'domain-names', path, names: peer.names }
      case 'nothing':
      case 'doubt':
        return { is: 'invalid', path }
    }
  }

  #pods(scope: NamespaceScope, pods: Selector): Extract<PeerSummary, { is: 'pods' }> {
    const key = `${'name' in scope ? `=${scope.name}` : scope.selector.canonical} ${pods.canonical}`
    const known = this.#known.get(key)
    if (known?.is === 'pods') return known
    const all = this.#network.workloads.namespaces()
    const matches = all.map((name) => ({
      name,
      is: matchNamespace(scope, this.#policies.namespace(name)).is,
    }))
    const matched = this.#matched(
      scope,
      matches.some(({ is }) => is === 'maybe'),
    )
    const found: Extract<PeerSummary, { is: 'pods' }> = {
      is: 'pods',
      path: '',
      pods: selectorText(pods),
      namespaces: scopeText(scope),
      matched,
      isWhole: this.#isWhole(matched),
      workloads: matches
        .filter(({ is }) => is === 'yes')
        .flatMap(({ name }) => this.#network.workloads.in(name).items)
        .filter((workload) => isAlive(workload) && isSelected(pods, workload))
        .map(({ reference }) => reference),
    }
    this.#known.set(key, found)
    return found
  }

  /** Namespaces that are there, with or without workloads; `undefined` where labels or whole namespaces were not read. */
  #matched(scope: NamespaceScope, isUnsure: boolean): readonly string[] | undefined {
    if ('name' in scope) return [scope.name]
    const named = scopeText(scope)
    if (typeof named === 'object' && 'own' in named) return [named.own]
    if (isUnsure || (named !== 'any' && this.#network.inventory.gaps('Namespace').length > 0))
      return undefined
    const read = this.#network.inventory.list('Namespace').items.map(({ metadata }) => metadata.name)
    const all = [...new Set([...read, ...this.#network.workloads.namespaces()])].sort()
    return all.filter((name) => matchNamespace(scope, this.#policies.namespace(name)).is === 'yes')
  }

  #isWhole(matched: readonly string[] | undefined): boolean | 'open' {
    const { workloads, inventory } = this.#network
    if (matched === undefined || matched.some((name) => workloads.in(name).gaps.length > 0)) return false
    return inventory.snapshot.coverage.world === 'open' ? 'open' : true
  }
}

function scopeText(scope: NamespaceScope): Extract<PeerSummary, { is: 'pods' }>['namespaces'] {
  if ('name' in scope) return { own: scope.name }
  const { requirements } = scope.selector
  const [only] = requirements
  if (only === undefined) return 'any'
  // A namespace that is selected by its name is best called by it.
  if (
    requirements.length === 1 &&
    only.key === nameLabel &&
    only.operator === 'In' &&
    only.values.length === 1
  )
    return { own: only.values[0] ?? '' }
  return { labels: requirements.map(requirementText).join(',') }
}

function isSelected(selector: Selector, { labels, pods }: Workload): boolean {
  const live = pods.filter((pod) => !isFinished(pod) && !isDeleting(pod))
  return live.length === 0
    ? selects(selector, labels)
    : live.some(({ metadata }) => selects(selector, metadata.labels))
}

/** Whether a workload has traffic, or will have: a finished Job has none. */
export function isAlive({ pods, reference }: Workload): boolean {
  const isRun = reference.kind === 'Job' || reference.kind === 'Pod'
  return !isRun || pods.length === 0 || pods.some((pod) => !isFinished(pod))
}
