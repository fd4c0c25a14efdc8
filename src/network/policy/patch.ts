import type { TextMap } from '../../snapshot/kinds/json.ts'
import type { ObjectReference } from '../../snapshot/snapshot.ts'
import { type Edit, pointer } from '../edit.ts'
import type { Inventory } from '../inventory/inventory.ts'
import type { Clause } from './clause.ts'
import { isHostNetwork, nameLabel, type Party } from './endpoint.ts'
import type { ConsideredRule, Explanation, RuleReference } from './explain.ts'
import { identityLabels } from './identity.ts'
import type { Direction } from './model.ts'
import { type NearMiss, nearMisses } from './nearest.ts'
import type { Policies } from './policies.ts'

/** One small change that would allow a flow in one direction. */
export interface Patch {
  readonly is: 'change-value' | 'add-peer' | 'add-port' | 'new-policy'
  readonly edit: Edit
  readonly policy: ObjectReference
  /** What is changed or added to: `spec.ingress[0].from`. */
  readonly field: string
  /** For a changed value. */
  readonly before?: string | undefined
  /** The new value, item or spec. */
  readonly after: unknown
  /** Set when the pod is isolated by this change first: what it does not list is then denied. */
  readonly isolates: boolean
  /** Set when the changed rule names no ports, or no peers: more than the asked flow gets in. */
  readonly isWide?: boolean | undefined
}

/** Why no change of a NetworkPolicy would allow a flow. */
export type NoPatchReason =
  /** Nothing to mend: this direction is not denied. */
  | 'not-denied'
  /** A rule of the admin tier denies it, and NetworkPolicies come after that tier. */
  | 'admin-deny'
  /** Whether policies apply to host-network pods is the plugin's choice. */
  | 'host-network'
  /** The peer has no address yet, and nothing else could name it. */
  | 'no-address'
  | 'unknown'

/** The changes that would allow one direction, the least intrusive kind first; or why there is none. */
export interface Remedy {
  readonly patches: readonly Patch[]
  readonly noPatch?: NoPatchReason | undefined
  /** The admin rules that deny. */
  readonly deniedBy: readonly RuleReference[]
}

const none = (noPatch: NoPatchReason, deniedBy: readonly RuleReference[] = []): Remedy => ({
  patches: [],
  noPatch,
  deniedBy,
})

/**
 * The smallest changes that would allow a denied direction: change one value that nothing has, add one peer, add one
 * port, or add a policy. Each of them is enough alone, and none takes anything away that is allowed now, unless
 * `isolates` says so. Who else would get in is for the caller to find out: the changes differ in that.
 */
export function remedyFor(explanation: Explanation, policies: Policies): Remedy {
  const { outcome, tier, subject, peer, decidedBy, target } = explanation
  if (outcome === 'passes') return none('not-denied')
  if (outcome === 'unknown') return none(isHostNetwork(subject.pod) ? 'host-network' : 'unknown')
  if (tier === 'admin') return none('admin-deny', decidedBy)
  if (subject.pod === undefined || target.protocol === 'ICMP') return none('unknown')
  const item = peerItem(peer, subject, policies.inventory)
  if (item === undefined) return none('no-address')
  const misses = nearMisses(explanation).filter(({ rule }) => rule.selects === 'yes')
  const found = [
    changedValue(misses, explanation, policies.inventory),
    addedPeer(misses, item),
    addedPort(misses, explanation),
    newPolicy(explanation, item, policies),
  ]
  return { patches: found.filter((patch) => patch !== undefined), deniedBy: [] }
}

const isOfPort = ({ is }: Clause): boolean => is === 'port' || is === 'protocol'
const isOfPeer = ({ is }: Clause): boolean =>
  is === 'peers' ||
  is === 'namespace' ||
  is === 'namespaceSelector' ||
  is === 'podSelector' ||
  is === 'ipBlock' ||
  is === 'except'

/** `spec.ingress[0].from` as the steps of a JSON pointer. */
function stepsOf(path: string): readonly (string | number)[] {
  return path
    .split(/[.[\]]+/)
    .filter((step) => step !== '')
    .map((step) => (/^\d+$/.test(step) ? Number(step) : step))
}

/** A label that the rule asks for and nothing has, where the peer has the same label with another value: a slip. */
function changedValue(
  misses: readonly NearMiss[],
  { peer }: Explanation,
  inventory: Inventory,
): Patch | undefined {
  for (const { rule, failing } of misses) {
    const [clause] = failing
    if (failing.length !== 1 || clause === undefined) continue
    const slip = slipOf(clause, peer)
    if (slip === undefined || !isUnused(clause, slip, inventory)) continue
    const path = pointer(...stepsOf(rule.peer ?? ''), clause.is, 'matchLabels', slip.key)
    return {
      is: 'change-value',
      edit: {
        kind: 'patch',
        reference: rule.policy,
        operations: [{ op: 'replace', path, value: slip.has }],
      },
      policy: rule.policy,
      field: clause.field,
      before: slip.wants,
      after: slip.has,
      isolates: false,
      isWide: namesNoPorts(rule),
    }
  }
  return undefined
}

interface Slip {
  readonly key: string
  readonly wants: string
  readonly has: string
}

function slipOf({ is, field, wanted }: Clause, { pod, namespace }: Party): Slip | undefined {
  const labels = is === 'podSelector' ? pod?.metadata.labels : namespace?.labels
  if ((is !== 'podSelector' && is !== 'namespaceSelector') || !field.includes('.matchLabels'))
    return undefined
  const at = wanted.indexOf('=')
  const key = wanted.slice(0, at)
  const has = labels?.[key]
  return has === undefined || key === nameLabel ? undefined : { key, wants: wanted.slice(at + 1), has }
}

/**
 * Whether nothing carries the label that a rule asks for: only then does changing it take nothing away. Pods that a
 * controller would make count as well.
 */
function isUnused({ is }: Clause, { key, wants }: Slip, inventory: Inventory): boolean {
  if (is === 'podSelector' && templates(inventory).some((labels) => labels[key] === wants)) return false
  if (inventory.snapshot.coverage.world === 'open') return false
  const pods = inventory.list(is === 'podSelector' ? 'Pod' : 'Namespace')
  return pods.gaps.length === 0 && pods.items.every(({ metadata }) => metadata.labels[key] !== wants)
}

function templates(inventory: Inventory): readonly TextMap[] {
  const made = (['Deployment', 'StatefulSet', 'DaemonSet', 'Job'] as const).flatMap((kind) =>
    inventory.list(kind).items.map(({ spec }) => spec.template?.metadata.labels ?? {}),
  )
  const scheduled = inventory
    .list('CronJob')
    .items.map(({ spec }) => spec.jobTemplate?.spec.template?.metadata.labels ?? {})
  return [...made, ...scheduled]
}

function addedPeer(misses: readonly NearMiss[], item: unknown): Patch | undefined {
  const miss = misses.find(
    ({ rule, failing }) => failing.every(isOfPeer) && !rule.clauses.some(({ is }) => is === 'input'),
  )
  if (miss === undefined) return undefined
  const { policy, path, rule } = miss.rule
  const field = `${path}.${rule.startsWith('ingress') ? 'from' : 'to'}`
  return { ...addition('add-peer', policy, field, item), isWide: namesNoPorts(miss.rule) }
}

const namesNoPorts = ({ clauses }: ConsideredRule): boolean =>
  !clauses.some((clause) => isOfPort(clause) && clause.wanted !== 'any port')
const namesNoPeers = ({ clauses }: ConsideredRule): boolean =>
  !clauses.some((clause) => isOfPeer(clause) && clause.is !== 'peers')

function addedPort(misses: readonly NearMiss[], { target }: Explanation): Patch | undefined {
  const miss = misses.find(
    ({ rule, failing }) => failing.every(isOfPort) && !rule.clauses.some(({ is }) => is === 'input'),
  )
  if (miss === undefined) return undefined
  const item = { protocol: target.protocol, port: target.port }
  const added = addition('add-port', miss.rule.policy, `${miss.rule.path}.ports`, item)
  return { ...added, isWide: namesNoPeers(miss.rule) }
}

function addition(is: 'add-peer' | 'add-port', policy: ObjectReference, field: string, item: unknown): Patch {
  const path = pointer(...stepsOf(field), '-')
  return {
    is,
    edit: { kind: 'patch', reference: policy, operations: [{ op: 'add', path, value: item }] },
    policy,
    field,
    after: item,
    isolates: false,
  }
}

/** An item of a peer list that names the peer and those like it, and nobody else where its labels allow that. */
function peerItem(peer: Party, subject: Party, inventory: Inventory): unknown {
  const { pod, namespace, address, addressText } = peer
  if (pod === undefined || isHostNetwork(pod) || namespace === undefined)
    return address === undefined ? undefined : { ipBlock: { cidr: `${addressText}/${address.bits}` } }
  const podSelector = selectorFor(identityLabels(pod, inventory))
  if (namespace.name === subject.namespace?.name) return { podSelector }
  return { namespaceSelector: { matchLabels: { [nameLabel]: namespace.name } }, podSelector }
}

const selectorFor = (labels: TextMap): unknown =>
  Object.keys(labels).length === 0 ? {} : { matchLabels: labels }

function newPolicy(
  { subject, peer, direction, target, tier }: Explanation,
  item: unknown,
  policies: Policies,
): Patch | undefined {
  const { pod, namespace } = subject
  if (pod === undefined || namespace === undefined) return undefined
  const labels = identityLabels(pod, policies.inventory)
  const side = direction === 'ingress' ? 'from' : 'to'
  const spec = {
    podSelector: selectorFor(labels),
    policyTypes: [direction === 'ingress' ? 'Ingress' : 'Egress'],
    [direction]: [{ [side]: [item], ports: [{ protocol: target.protocol, port: target.port }] }],
  }
  const name = freeName(
    nameFor(direction, pod.metadata.name, labels, peer, policies),
    namespace.name,
    policies,
  )
  const reference: ObjectReference = {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    namespace: namespace.name,
    name,
  }
  const object = {
    apiVersion: reference.apiVersion,
    kind: reference.kind,
    metadata: { name, namespace: namespace.name },
    spec,
  }
  return {
    is: 'new-policy',
    edit: { kind: 'create', reference, object },
    policy: reference,
    field: 'spec',
    after: spec,
    isolates: tier !== 'network-policy',
  }
}

/** `allow-web-to-auth`: always in the direction of the flow. */
function nameFor(
  direction: Direction,
  podName: string,
  labels: TextMap,
  peer: Party,
  { inventory }: Policies,
): string {
  const own = nameOf(labels, podName)
  const other =
    peer.pod === undefined ? 'outside' : nameOf(identityLabels(peer.pod, inventory), peer.pod.metadata.name)
  const words = direction === 'ingress' ? `allow-${other}-to-${own}` : `allow-${own}-to-${other}-egress`
  return words
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]+/g, '-')
    .replace(/-+$/, '')
    .slice(0, 200)
}

const nameOf = (labels: TextMap, podName: string): string => {
  const [first] = Object.values(labels)
  return first === undefined || first === '' ? podName : first
}

function freeName(wanted: string, namespace: string, policies: Policies): string {
  const taken = new Set(policies.in(namespace).policies.map(({ reference }) => reference.name))
  for (let number = 1; ; number++) {
    const name = number === 1 ? wanted : `${wanted}-${number}`
    if (!taken.has(name)) return name
  }
}
