import { decide, type FlowVerdict } from '../../../../src/network/policy/decide.ts'
import type { Policy } from '../../../../src/network/policy/model.ts'
import type { CniProfile } from '../../../../src/network/policy/profile.ts'
import { manifestCoverage } from '../../../../src/snapshot/files/coverage.ts'
import type { KindName } from '../../../../src/snapshot/kinds/kinds.ts'
import type { Coverage } from '../../../../src/snapshot/snapshot.ts'
import { endpointOf, type World, worldOf } from '../worlds.ts'

type Fields = Readonly<Record<string, unknown>>

/** An object by `namespace/name`, or `name` for a cluster-scoped kind. */
function object(apiVersion: string, kind: string, key: string, labels: Fields, rest: Fields): Fields {
  const [name, namespace] = key.split('/').reverse()
  return { apiVersion, kind, metadata: { name, namespace, labels }, ...rest }
}

export const namespace = (name: string, labels: Fields = {}): Fields =>
  object('v1', 'Namespace', name, labels, {})

export const node = (name: string, addresses: readonly string[], labels: Fields = {}): Fields =>
  object('v1', 'Node', name, labels, {
    status: { addresses: addresses.map((address) => ({ type: 'InternalIP', address })) },
  })

interface PodParts {
  readonly labels?: Fields
  readonly ips?: readonly string[]
  readonly ports?: readonly Fields[]
  readonly spec?: Fields
  readonly status?: Fields
  readonly metadata?: Fields
}

/** A running pod with one container; without addresses it is pending. */
export function pod(
  key: string,
  { labels = {}, ips = [], ports = [], spec, status, metadata }: PodParts = {},
): Fields {
  const made = object('v1', 'Pod', key, labels, {
    spec: { nodeName: 'n1', containers: [{ name: 'c', ports }], ...spec },
    status: {
      phase: ips.length > 0 ? 'Running' : 'Pending',
      podIPs: ips.map((ip) => ({ ip })),
      hostIP: '192.168.0.1',
      ...status,
    },
  })
  return { ...made, metadata: { ...(made['metadata'] as Fields), ...metadata } }
}

export const networkPolicy = (key: string, spec: Fields): Fields =>
  object('networking.k8s.io/v1', 'NetworkPolicy', key, {}, { spec })

export const adminPolicy = (name: string, spec: Fields): Fields =>
  object('policy.networking.k8s.io/v1alpha1', 'AdminNetworkPolicy', name, {}, { spec })

export const baselinePolicy = (spec: Fields, name = 'default'): Fields =>
  object('policy.networking.k8s.io/v1alpha1', 'BaselineAdminNetworkPolicy', name, {}, { spec })

export const clusterPolicy = (name: string, spec: Fields): Fields =>
  object('policy.networking.k8s.io/v1alpha2', 'ClusterNetworkPolicy', name, {}, { spec })

export const daemonSet = (key: string, containers: readonly Fields[]): Fields =>
  object('apps/v1', 'DaemonSet', key, {}, { spec: { template: { spec: { containers } } } })

/** Selects every pod in cluster-wide policies. */
export const everyPod = { namespaces: {} }

export interface Answer {
  readonly outcome: FlowVerdict['outcome']
  readonly doubts: readonly string[]
  readonly caveats: readonly string[]
  readonly verdict: FlowVerdict
}

/** Answers `FROM -> TO PROTOCOL/PORT`, where TO begins with `service:` when a Service's address was dialled. */
function ask(world: World, question: string): Answer {
  const [, from = '', through, to = '', protocol, port] =
    /^(\S+) -> (service:)?(\S+) (TCP|UDP|SCTP|ICMP)\/(\d+)$/.exec(question) ?? []
  if (protocol !== 'TCP' && protocol !== 'UDP' && protocol !== 'SCTP' && protocol !== 'ICMP')
    throw new Error(`not understood: ${question}`)
  const verdict = decide(
    {
      source: endpointOf(world, from),
      destination: endpointOf(world, to),
      protocol,
      port: Number(port),
      throughService: through !== undefined,
    },
    world.policies,
  )
  return {
    outcome: verdict.outcome,
    doubts: [...new Set(verdict.doubts.map(({ id }) => id))].sort(),
    caveats: [...verdict.caveats].sort(),
    verdict,
  }
}

export interface Asker {
  readonly world: World
  readonly outcome: (question: string) => FlowVerdict['outcome']
  readonly ask: (question: string) => Answer
}

/** A complete cluster of these objects, to be asked. */
export function cluster(objects: readonly Fields[], profile?: CniProfile, coverage?: Coverage): Asker {
  const world = worldOf(objects, profile, coverage)
  return {
    world,
    outcome: (question) => ask(world, question).outcome,
    ask: (question) => ask(world, question),
  }
}

/** Everything was read but this kind. */
export function coverageWithout(kind: KindName): Coverage {
  const all = manifestCoverage(true)
  return { ...all, kinds: Object.fromEntries(Object.entries(all.kinds).filter(([name]) => name !== kind)) }
}

/** What is wrong with the NetworkPolicies of a namespace, as `id severity field`. */
export function problemsOf(policies: readonly Policy[]): readonly string[] {
  return policies.flatMap(({ problems }) =>
    problems.map(({ id, severity, field }) => `${severity} ${id} ${field}`),
  )
}
