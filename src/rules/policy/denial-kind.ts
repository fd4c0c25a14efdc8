import type { Network } from '../../network/network.ts'
import type { Clause } from '../../network/policy/clause.ts'
import type { ConsideredRule, Explanation } from '../../network/policy/explain.ts'
import type { PortEntry, Rule } from '../../network/policy/model.ts'
import { type NearMiss, nearMisses } from '../../network/policy/nearest.ts'
import { selects } from '../../network/policy/selector.ts'
import type { Denial } from './denials.ts'

/** What is wrong with the policies that deny, from the rule that comes nearest to allowing it. */
export type DenialKind =
  | { readonly is: 'cluster-policy' }
  /** A rule names the port of the Service, and policies see the port of the pod. */
  | { readonly is: 'service-port'; readonly miss: NearMiss; readonly clause: Clause }
  /** A rule names a port that the pod does not declare, or declares with another number. */
  | { readonly is: 'named-port'; readonly miss: NearMiss; readonly clause: Clause; readonly name: string }
  | { readonly is: 'protocol'; readonly miss: NearMiss; readonly clause: Clause }
  /** A rule names the peer's labels, in the policy's own namespace, where nothing has them. */
  | { readonly is: 'namespace'; readonly miss: NearMiss; readonly clause: Clause }
  /** What is out of reach is the API server, by whatever rule. */
  | { readonly is: 'api-server'; readonly miss?: NearMiss | undefined }
  | { readonly is: 'plain'; readonly miss?: NearMiss | undefined }

const isOfPort = ({ is }: Clause): boolean => is === 'port' || is === 'protocol'

/** Only the peer or only the port is missing: a rule that has neither was written for something else. */
const isNear = ({ failing }: NearMiss): boolean => failing.every(isOfPort) || !failing.some(isOfPort)

export function kindOf(denial: Denial, network: Network): DenialKind {
  const { explanation } = denial
  if (explanation.tier !== 'network-policy') return { is: 'cluster-policy' }
  const misses = nearMisses(explanation).filter(({ rule }) => rule.selects === 'yes')
  if (isApiServer(denial)) return { is: 'api-server', miss: misses.find(isNear) }
  for (const miss of misses) {
    const kind = kindOfMiss(miss, denial, network)
    if (kind !== undefined) return kind
  }
  return { is: 'plain', miss: misses.find(isNear) }
}

function kindOfMiss(miss: NearMiss, denial: Denial, network: Network): DenialKind | undefined {
  const [clause] = miss.failing
  if (clause === undefined) return undefined
  if (miss.failing.every(isOfPort)) return kindOfPort(miss, clause, denial, network)
  if (miss.failing.length > 1 || clause.is !== 'namespace') return undefined
  return isPeerAtHome(miss.rule, denial.explanation, network) ? undefined : { is: 'namespace', miss, clause }
}

/** All entries of the rule are looked at: the nearest one by number of conditions is not always the one that was meant. */
function kindOfPort(
  miss: NearMiss,
  clause: Clause,
  denial: Denial,
  network: Network,
): DenialKind | undefined {
  const entries = ruleOf(miss.rule, network)?.ports
  if (entries === undefined || entries === 'all') return undefined
  const { target } = denial.explanation
  const servicePort = servicePortOf(denial)
  const named = entries.find((entry) => entry.is === 'name' && (entry.protocol ?? 'TCP') === target.protocol)
  if (
    servicePort !== undefined &&
    servicePort !== target.port &&
    entries.some(holds(servicePort, target.protocol))
  )
    return { is: 'service-port', miss, clause }
  if (named?.is === 'name') return { is: 'named-port', miss, clause, name: named.name }
  const isOtherProtocol = entries.some(
    (entry) =>
      entry.is === 'numbers' &&
      entry.protocol !== target.protocol &&
      entry.from <= target.port &&
      target.port <= entry.to &&
      // An entry without a port opens a protocol; beside entries with ports it is not about this one.
      (entries.length === 1 || !isEveryPort(entry)),
  )
  return isOtherProtocol ? { is: 'protocol', miss, clause } : undefined
}

const isEveryPort = (entry: PortEntry): boolean =>
  entry.is === 'numbers' && entry.from <= 1 && entry.to === 65535

const holds =
  (port: number, protocol: string) =>
  (entry: PortEntry): boolean =>
    entry.is === 'numbers' && entry.protocol === protocol && entry.from <= port && port <= entry.to

function isApiServer({ destination }: Denial): boolean {
  if (destination.kind !== 'service') return false
  const { name, namespace } = destination.service.metadata
  return name === 'kubernetes' && namespace === 'default'
}

function servicePortOf({ connection, destination }: Denial): number | undefined {
  if (destination.kind !== 'service') return undefined
  return destination.port?.port ?? connection.port
}

/** The rule that an explanation speaks of, as the engine reads it. */
export function ruleOf({ policy, path }: ConsideredRule, network: Network): Rule | undefined {
  const found = network.policy
    .in(policy.namespace ?? '')
    .policies.find(({ reference }) => reference.name === policy.name)
  return [...(found?.rules.egress ?? []), ...(found?.rules.ingress ?? [])].find((rule) => rule.path === path)
}

/** Whether anything in the policy's own namespace has the labels that the peer asks for: then those are meant. */
function isPeerAtHome(rule: ConsideredRule, { subject }: Explanation, network: Network): boolean {
  const peers = ruleOf(rule, network)?.peers
  if (peers === undefined || peers === 'all') return true
  const peer = peers.find(({ path }) => path === rule.peer)
  if (peer?.is !== 'pods') return true
  const home = subject.namespace?.name ?? ''
  const { items, gaps } = network.workloads.in(home)
  if (gaps.length > 0) return true
  return items.some(({ labels, pods }) =>
    [labels, ...pods.map(({ metadata }) => metadata.labels)].some((item) => selects(peer.pods, item)),
  )
}
