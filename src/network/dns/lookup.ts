import type { PodSpec } from '../../snapshot/kinds/pod-spec.ts'
import type { Gap } from '../../snapshot/snapshot.ts'
import { isLoopback, parseAddress } from '../inventory/address.ts'
import { distinctGaps } from '../inventory/read.ts'
import { type Answer, answer } from './answer.ts'
import { type Candidate, candidatesOf, type Libc } from './candidates.ts'
import { clusterDns, type DnsParts } from './cluster-dns.ts'
import { isPublicTail } from './names.ts'
import { type ResolvConf, resolvConfOf } from './resolv-conf.ts'
import type { Nameserver } from './resolver.ts'
import { clusterAnswer } from './server.ts'

/** Who looks a name up. */
export interface Asker {
  readonly namespace: string
  readonly spec: PodSpec
}

/** One name that was asked for, and what came back. */
export interface Step {
  readonly candidate: Candidate
  readonly answer: Answer
}

export interface Lookup {
  readonly name: string
  readonly libc: Libc
  readonly conf: ResolvConf
  /** Which of the nameservers is asked: the first, as long as it answers at all. */
  readonly nameserver?: Nameserver | undefined
  /** The names that are asked for, in order, up to the one that ends it. */
  readonly steps: readonly Step[]
  /** What the program gets. */
  readonly outcome: Outcome
  /** What the cluster's own DNS would have told a pod that asks it in the usual way, where this one gets nothing. */
  readonly missed?: Answer | undefined
  /** Questions that are sent, at least: A and AAAA for each name. */
  readonly queries: number
  readonly gaps: readonly Gap[]
}

export interface Outcome {
  /**
   * found, nodata, nxdomain, servfail: as {@link Answer}. hosts: a file of the pod has it. external: known only outside.
   * outside-resolver: a server outside of the cluster is asked for a name of the cluster, and does not know it.
   * not-a-name: no resolver asks for it. no-nameserver: there is nobody to ask.
   */
  readonly is: Answer['is'] | 'hosts' | 'outside-resolver' | 'not-a-name' | 'no-nameserver'
  readonly answer: Answer
}

const longestName = 253
const longestLabel = 63

/**
 * Resolves a name as a program in the pods of a template would: /etc/hosts, the search list, the server that is asked and
 * its configuration. Pure, and cheap: a few index lookups for each name of the search list.
 *
 * @param name with or without a final dot; `_port._proto.` in front asks for SRV records
 */
export function lookUp(name: string, asker: Asker, parts: DnsParts, libc: Libc = 'glibc'): Lookup {
  const dns = clusterDns(parts)
  const conf = resolvConfOf(asker.spec, asker.namespace, dns.zone, parts.inventory)
  const [nameserver] = conf.nameservers
  const common = { name, libc, conf, nameserver }
  const ended = (is: Outcome['is'], given: Answer = answer('unknown')): Lookup => ({
    ...common,
    steps: [],
    outcome: { is, answer: given },
    queries: 0,
    gaps: [],
  })
  const hosts = hostsOf(name, asker.spec)
  if (hosts !== undefined) return ended('hosts', answer('found', { addresses: hosts }))
  if (!isName(name)) return ended('not-a-name')
  if (nameserver === undefined) {
    const unknown = { ...common, steps: [], queries: 0, gaps: conf.gaps }
    // Who may not read the DNS Service sees no nameserver; there is one all the same.
    if (conf.gaps.length > 0)
      return { ...unknown, outcome: { is: 'unknown', answer: answer('unknown', { gaps: conf.gaps }) } }
    if (dns.service === undefined && asker.spec.dnsPolicy !== 'None')
      return { ...unknown, outcome: { is: 'unknown', answer: answer('unknown') } }
    return ended('no-nameserver')
  }
  const steps = walk(candidatesOf(name, conf, libc), nameserver, libc, parts)
  const outcome = outcomeOf(steps, nameserver, libc)
  const meant = outcome.is === 'found' ? undefined : meantInCluster(name, asker.namespace, parts)
  const missed = meant?.is === 'found' && meant.service !== undefined ? meant : undefined
  const isElsewhere = isOutside(nameserver, parts)
  const isMissed = missed !== undefined && isElsewhere
  return {
    ...common,
    steps,
    outcome: isMissed ? { is: 'outside-resolver', answer: missed } : outcome,
    missed,
    queries: steps.filter(({ candidate }) => candidate.name !== undefined).length * (isService(name) ? 1 : 2),
    gaps: distinctGaps([...steps.map((step) => step.answer.gaps), isElsewhere ? (meant?.gaps ?? []) : []]),
  }
}

/** What the cluster's DNS would tell a pod of this namespace that asks it in the usual way. */
export function meantInCluster(name: string, namespace: string, parts: DnsParts): Answer {
  const { zone } = clusterDns(parts)
  const domain = zone.replace(/\.$/, '')
  const searches = [`${namespace}.svc.${domain}`, `svc.${domain}`, domain]
  const conf: ResolvConf = { ...usualConf, searches }
  const steps = walk(candidatesOf(name, conf, 'glibc'), { kind: 'cluster' }, 'glibc', parts)
  const last = steps.at(-1)?.answer ?? answer('unknown')
  if (last.is === 'found') return last
  return steps.find((step) => step.answer.is === 'unknown')?.answer ?? last
}

const usualConf: ResolvConf = {
  nameservers: [{ kind: 'cluster' }],
  searches: [],
  ndots: 5,
  options: new Map(),
  hasNodeOptions: false,
  dropped: { nameservers: [], searches: [] },
  gaps: [],
}

const isService = (name: string): boolean => name.startsWith('_')

/** The addresses of a name in the pod's /etc/hosts: hostAliases, and localhost. */
function hostsOf(name: string, { hostAliases }: PodSpec): readonly string[] | undefined {
  const lower = name.toLowerCase()
  if (lower === 'localhost') return ['127.0.0.1']
  const found = hostAliases.filter(({ hostnames }) => hostnames.some((host) => host.toLowerCase() === lower))
  return found.length === 0 ? undefined : found.map(({ ip }) => ip)
}

function isName(name: string): boolean {
  const plain = name.endsWith('.') ? name.slice(0, -1) : name
  if (plain === '' || plain.length > longestName || parseAddress(plain) !== undefined) return false
  return plain.split('.').every((label) => /^[A-Za-z0-9_-]+$/.test(label) && label.length <= longestLabel)
}

function walk(
  candidates: readonly Candidate[],
  nameserver: Nameserver,
  libc: Libc,
  parts: DnsParts,
): readonly Step[] {
  const steps: Step[] = []
  for (const candidate of candidates) {
    const given =
      candidate.name === undefined ? answer('external') : askServer(candidate.name, nameserver, parts)
    steps.push({ candidate, answer: given })
    if (given.is === 'found' || isSentOn(given) || endsSearch(given, libc)) return steps
  }
  return steps
}

/** Whether a CNAME record leads out of the cluster: that ends the search, if there is an address at all. */
function isSentOn({ is, aliases }: Answer): boolean {
  return is === 'external' && aliases.length > 0
}

/** musl ends at anything but "no such name"; glibc tries the rest of the list. */
function endsSearch(given: Answer, libc: Libc): boolean {
  return libc === 'musl' && (given.is === 'nodata' || given.is === 'servfail')
}

function askServer(name: string, nameserver: Nameserver, parts: DnsParts): Answer {
  switch (nameserver.kind) {
    case 'cluster':
    case 'node-local':
      return isService(name) ? clusterAnswer(name, 'SRV', parts) : both(name, parts)
    case 'node':
      return answer('external')
    case 'custom':
      return isOutside(nameserver, parts) ? answer('external') : answer('unknown')
  }
}

/** A and AAAA, which resolvers ask for together. */
function both(name: string, parts: DnsParts): Answer {
  const four = clusterAnswer(name, 'A', parts)
  const six = clusterAnswer(name, 'AAAA', parts)
  if (four.is === 'found' && six.is === 'found')
    return { ...four, addresses: [...new Set([...four.addresses, ...six.addresses])] }
  if (four.is === 'found') return four
  if (six.is === 'found') return six
  return four
}

/** Whether a nameserver is none of the cluster's own: no pod, Service or node has its address, nor the pod itself. */
export function isOutside({ kind, address }: Nameserver, { inventory }: DnsParts): boolean {
  if (kind === 'node') return true
  const parsed = address === undefined ? undefined : parseAddress(address)
  if (kind !== 'custom' || address === undefined || parsed === undefined) return false
  return !isLoopback(parsed) && inventory.byAddress(address).items.length === 0
}

/** Names that only a cluster gives a meaning to: one label, or `svc` behind the namespace. */
function isMeaninglessOutside(name: string): boolean {
  const labels = name.replace(/\.$/, '').split('.')
  return labels.length === 1 || labels.at(-1) === 'svc'
}

/** Whether an answer shows that the name was meant for the cluster: it names a Service, or a namespace, that is there. */
function isOfCluster({ candidate: { search }, answer: { service, why } }: Step): boolean {
  if (service !== undefined) return true
  // With the search domain of the pod's own namespace every name has a namespace that exists.
  return why === 'no-such-service' && (search === undefined || search.split('.')[1] !== 'svc')
}

function outcomeOf(steps: readonly Step[], nameserver: Nameserver, libc: Libc): Outcome {
  const last = steps.at(-1)
  if (last === undefined) return { is: 'unknown', answer: answer('unknown') }
  if (last.answer.is === 'found' || isSentOn(last.answer) || endsSearch(last.answer, libc))
    return { is: last.answer.is, answer: last.answer }
  const unknown = steps.find((step) => step.answer.is === 'unknown')
  if (unknown !== undefined) return { is: 'unknown', answer: unknown.answer }
  if (nameserver.kind === 'node' || nameserver.kind === 'custom')
    return { is: 'external', answer: last.answer }
  const meant = steps.find(isOfCluster)
  const external = steps.find(({ candidate: { name }, answer: given }) => {
    const isAsked = given.is === 'external' && name !== undefined && !isMeaninglessOutside(name)
    return (
      isAsked &&
      (meant === undefined ||
        (meant.answer.service === undefined && isPublicTail(name.split('.').at(-2) ?? '')))
    )
  })
  if (external !== undefined) return { is: 'external', answer: external.answer }
  // glibc reports what it met: an empty answer before a failing server before "no such name".
  for (const is of ['nodata', 'servfail', 'nxdomain'] as const) {
    const such = steps.filter((step) => step.answer.is === is)
    const telling =
      such.find(isOfCluster) ?? such.find((step) => step.answer.why !== 'no-name-of-the-schema') ?? such[0]
    if (telling !== undefined) return { is, answer: telling.answer }
  }
  // A name that only a cluster gives a meaning to, and this one does not.
  return { is: 'nxdomain', answer: last.answer }
}
