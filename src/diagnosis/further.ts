import { distinctGaps } from '../network/inventory/read.ts'
import type { Network } from '../network/network.ts'
import { matchNamespace } from '../network/policy/match.ts'
import type { NamespaceScope, Policy, Rule } from '../network/policy/model.ts'
import { isRouted } from '../network/traffic/connection.ts'
import type { Gap } from '../snapshot/snapshot.ts'
import type { Hop, Path } from '../trace/path.ts'
import { examine } from './examine.ts'
import type { Question } from './question.ts'

/** What an answer lacks of a cluster that was read in part: namespaces, most wanted first, and addresses of pods. */
export interface FurtherNeeds {
  readonly namespaces: readonly string[]
  readonly addresses: readonly string[]
}

/**
 * What else has to be read for a good answer: namespaces that the ways of its connections lead into, that its policies
 * name (callers may live there), and that its checks looked into; and addresses that are dialled and whose owner is not
 * known.
 */
export function furtherNeeds(question: Question, network: Network): FurtherNeeds {
  const { scope, paths, unknown } = examine(question, network)
  const resolved = scope.connections.map((connection) => ({
    connection,
    gaps: network.traffic.destination(connection).gaps,
  }))
  const onWays = paths.flatMap(({ hops }) => gapsOf(hops))
  const ofChecks = unknown.map(({ gaps }) => gaps)
  return {
    namespaces: distinct([
      ...namespacesIn([scope.gaps, ...resolved.map(({ gaps }) => gaps), ...onWays]),
      ...controllerNamespaces(paths, network),
      ...peerNamespaces(scope.policies, network),
      ...namespacesIn(ofChecks),
    ]),
    addresses: distinct([
      ...(question.kind === 'what' && question.address !== undefined && isUnread(network)
        ? [question.host]
        : []),
      ...resolved.flatMap(({ connection: { address, host }, gaps }) =>
        address !== undefined && gaps.some(isNotAsked) ? [host] : [],
      ),
    ]),
  }
}

/** Where what serves routes runs, if any way comes through a route: its pods are the clients that policies see. */
function controllerNamespaces(paths: readonly Path[], network: Network): readonly string[] {
  if (!paths.some(({ connection }) => isRouted(connection.client))) return []
  return network.routes.controllers.running().items.map(({ workload }) => workload.namespace)
}

const isNotAsked = ({ why }: Gap): boolean => why === 'not-asked'

const isUnread = ({ inventory }: Network): boolean => inventory.gaps('Pod').some(isNotAsked)

const distinct = (names: readonly string[]): readonly string[] => [...new Set(names)]

function gapsOf(hops: readonly Hop[]): readonly (readonly Gap[])[] {
  return hops.flatMap(({ verdict, branches = [] }) => [
    verdict.gaps ?? [],
    ...branches.flatMap((branch) => gapsOf(branch.hops)),
  ])
}

function namespacesIn(lists: readonly (readonly Gap[])[]): readonly string[] {
  return distinctGaps(lists)
    .filter(isNotAsked)
    .flatMap(({ namespace }) => namespace ?? [])
}

/**
 * Namespaces that policies name, as sources before destinations. One that selects all namespaces names none: everyone may
 * call then, and everywhere is not a place to look in.
 */
function peerNamespaces(policies: readonly Policy[], network: Network): readonly string[] {
  const rules = (direction: Rule['direction']): readonly Rule[] =>
    policies.flatMap((policy) => policy.rules[direction] ?? [])
  const all = network.inventory.list('Namespace').items.map(({ metadata }) => metadata.name)
  const scopes = [...rules('ingress'), ...rules('egress')].flatMap(({ peers }) =>
    peers === 'all' ? [] : peers.flatMap((peer) => (peer.is === 'pods' ? [peer.namespaces] : [])),
  )
  const known = new Map<string, readonly string[]>()
  for (const scope of scopes) {
    const key = 'name' in scope ? `=${scope.name}` : scope.selector.canonical
    if (!known.has(key)) known.set(key, named(scope, all, network))
  }
  return [...known.values()].flat()
}

function named(scope: NamespaceScope, all: readonly string[], { policy }: Network): readonly string[] {
  if ('name' in scope) return [scope.name]
  if (scope.selector.requirements.length === 0) return []
  return all.filter((name) => matchNamespace(scope, policy.namespace(name)).is === 'yes')
}
