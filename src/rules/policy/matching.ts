import { memoTable } from '../../network/inventory/memo.ts'
import { joinReads, mapRead, type Read, UnknownVerdict, whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import { matchNamespace } from '../../network/policy/match.ts'
import type { NamespaceScope, Peer } from '../../network/policy/model.ts'
import { type Selector, selects } from '../../network/policy/selector.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { scopeKey, selectorKey } from './selector-words.ts'

const namespacesTable = memoTable<readonly string[]>('rules.policy.namespaces')
const seenTable = memoTable<readonly string[]>('rules.policy.namespacesSeen')
const peerTable = memoTable<Read<Workload>>('rules.policy.peer')

/** Whether only some manifests are known: what is not among them may be anywhere. */
export function isOpenWorld(network: Network): boolean {
  return network.inventory.snapshot.coverage.world === 'open'
}

/** The pairs that a label must have, whatever else the selector asks: what an index can be asked for. */
function pairsOf({ requirements }: Selector): Readonly<Record<string, string>> {
  return Object.fromEntries(
    requirements.flatMap(({ key, operator, values }) =>
      operator === 'In' && values.length === 1 && values[0] !== undefined ? [[key, values[0]]] : [],
    ),
  )
}

/**
 * Workloads of a namespace of which a selector matches the template, or a pod that they have. Finished pods and
 * workloads without replicas count: a policy may wait for them.
 */
export function workloadsMatching(namespace: string, selector: Selector, network: Network): Read<Workload> {
  const pairs = pairsOf(selector)
  const byTemplate = mapRead(network.workloads.matching(namespace, pairs), (items) =>
    items.filter(({ labels }) => selects(selector, labels)),
  )
  const pods = network.workloads.podsMatching(namespace, pairs)
  const byPod = mapRead(pods, (items) =>
    items
      .filter(({ metadata }) => selects(selector, metadata.labels))
      .flatMap((pod) => network.workloads.ofPod(pod) ?? []),
  )
  const found = new Map([...byTemplate.items, ...byPod.items].map((workload) => [workload.key, workload]))
  return { ...joinReads([byTemplate, byPod]), items: [...found.values()] }
}

/** Every namespace that is known: by its object, or by what runs in it. */
function knownNamespaces(network: Network): readonly string[] {
  const objects = network.inventory.list('Namespace').items.map(({ metadata }) => metadata.name)
  return [...new Set([...objects, ...network.workloads.namespaces()])].sort()
}

/** The namespaces that a scope takes in, as far as labels are known; not a proof that there are no more. */
export function namespacesSeen(scope: NamespaceScope, network: Network): readonly string[] {
  if ('name' in scope) return [scope.name]
  return network.inventory.memo.get(seenTable, selectorKey(scope.selector), () =>
    knownNamespaces(network).filter(
      (name) => matchNamespace(scope, network.policy.namespace(name)).is === 'yes',
    ),
  )
}

/**
 * The namespaces that a scope takes in.
 *
 * @throws UnknownVerdict when labels that decide were not read
 */
export function namespacesIn(scope: NamespaceScope, network: Network): readonly string[] {
  if ('name' in scope) return [scope.name]
  return network.inventory.memo.get(namespacesTable, selectorKey(scope.selector), () =>
    namespacesByLabel(scope, network),
  )
}

function namespacesByLabel(scope: NamespaceScope, network: Network): readonly string[] {
  const objects = network.inventory.list('Namespace')
  const matches = knownNamespaces(network).map((name) => ({
    name,
    match: matchNamespace(scope, network.policy.namespace(name)),
  }))
  const unsure = matches.filter(({ match }) => match.is === 'maybe')
  const gaps = unsure.flatMap(({ match }) => match.doubts.flatMap((doubt) => doubt.gaps ?? []))
  if (gaps.length > 0) throw new UnknownVerdict(gaps)
  whole(objects)
  return matches.filter(({ match }) => match.is === 'yes').map(({ name }) => name)
}

/** Workloads that a peer takes in, as far as was read. */
export function workloadsOfPeer(
  { namespaces, pods }: Extract<Peer, { is: 'pods' }>,
  network: Network,
): Read<Workload> {
  return network.inventory.memo.get(peerTable, `${scopeKey(namespaces)}|${selectorKey(pods)}`, () =>
    joinReads(
      namespacesIn(namespaces, network).map((namespace) => workloadsMatching(namespace, pods, network)),
    ),
  )
}
