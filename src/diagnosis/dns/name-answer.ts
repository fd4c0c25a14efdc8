import type { ClusterDns } from '../../network/dns/cluster-dns.ts'
import { clusterDns } from '../../network/dns/cluster-dns.ts'
import { type Lookup, lookUp } from '../../network/dns/lookup.ts'
import { dnsServices } from '../../network/dns/resolver.ts'
import type { Network } from '../../network/network.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { parsePodSpec } from '../../snapshot/kinds/pod-spec.ts'
import type { Outcome, Verdict } from '../../trace/path.ts'
import { walk } from '../../trace/walk.ts'
import { diagnose } from '../diagnose.ts'
import type { Diagnosis } from '../diagnosis.ts'
import type { Question } from '../question.ts'

/** Who asks: a workload, or any pod of a namespace with the usual settings. */
export type NameAsker =
  | { readonly kind: 'workload'; readonly workload: Workload }
  | { readonly kind: 'namespace'; readonly namespace: string }

/** What a name becomes for somebody, and what is wrong with the way there. */
export interface NameAnswer {
  readonly name: string
  readonly asker: NameAsker
  /** As glibc and Go do it. */
  readonly lookup: Lookup
  /** As musl (Alpine) does it, where that comes out otherwise. */
  readonly musl?: Lookup | undefined
  /** Whether the nameserver can be reached; absent for a namespace. */
  readonly reach?: Verdict | undefined
  readonly dns: ClusterDns
  /** Of the name alone: its resolution and the way to the nameserver. */
  readonly outcome: Outcome
  /** The diagnosis of the client, or of cluster DNS, with the problems that concern this name. */
  readonly diagnosis: Diagnosis
}

/** The question about the DNS Service itself; without one, about the namespace where it should be. */
export function dnsQuestion(network: Network): Question {
  const [service] = dnsServices(network.inventory).items
  if (service === undefined) return { kind: 'scan', namespaces: ['kube-system'] }
  const { namespace = '', name } = service.metadata
  return { kind: 'service', namespace, name }
}

/** What a name becomes for a client, and why. */
export function answerName(name: string, asker: NameAsker, network: Network): NameAnswer {
  const namespace = asker.kind === 'workload' ? asker.workload.namespace : asker.namespace
  const spec = asker.kind === 'workload' ? asker.workload.spec : parsePodSpec({})
  const lookup = lookUp(name, { namespace, spec }, network)
  const musl = lookUp(name, { namespace, spec }, network, 'musl')
  const isSame =
    musl.outcome.is === lookup.outcome.is &&
    musl.outcome.answer.addresses.join() === lookup.outcome.answer.addresses.join()
  const way = asker.kind === 'workload' ? wayOf(name, asker.workload, network) : undefined
  const reach = lookup.steps.length === 0 ? undefined : way?.verdict
  return {
    name,
    asker,
    lookup,
    musl: isSame ? undefined : musl,
    reach,
    dns: clusterDns(network),
    outcome: outcomeOf(lookup, reach),
    diagnosis: concerning(asker, way?.places ?? new Set(), network),
  }
}

/** The connection that the name would be dialled with: nobody's but the question's. */
function wayOf(name: string, workload: Workload, network: Network) {
  const connection: Connection = {
    key: `${workload.key}|${name}|dns`,
    client: { kind: 'workload', workload },
    host: name.toLowerCase().replace(/\.$/, ''),
    protocol: 'TCP',
    dials: [],
  }
  const hops = walk(connection, network).hops.filter(({ kind }) => kind === 'name' || kind === 'dns')
  return {
    verdict: hops.find(({ kind }) => kind === 'dns')?.verdict,
    places: new Set(hops.flatMap(({ place, behind }) => [place, ...behind])),
  }
}

const answered: Readonly<Record<Lookup['outcome']['is'], Outcome>> = {
  found: 'passes',
  hosts: 'passes',
  nodata: 'fails',
  nxdomain: 'fails',
  servfail: 'fails',
  'outside-resolver': 'fails',
  'not-a-name': 'fails',
  'no-nameserver': 'fails',
  external: 'unknown',
  unknown: 'unknown',
}

function outcomeOf({ outcome }: Lookup, reach: Verdict | undefined): Outcome {
  if (reach?.outcome === 'fails' || reach?.outcome === 'partly') return reach.outcome
  return answered[outcome.is]
}

/** Problems at the places of the lookup, and those of cluster DNS. */
function concerning(asker: NameAsker, places: ReadonlySet<string>, network: Network): Diagnosis {
  const question: Question =
    asker.kind === 'workload'
      ? { kind: 'from', namespace: asker.workload.namespace, workload: asker.workload.key }
      : dnsQuestion(network)
  const diagnosis = diagnose(question, network)
  const problems = diagnosis.problems.filter(
    ({ cause }) => cause.rule.startsWith('dns/') || cause.places.some((place) => places.has(place)),
  )
  const count = (severity: string): number =>
    problems.filter(({ cause }) => cause.severity === severity).length
  return {
    ...diagnosis,
    problems,
    verdict: {
      ...diagnosis.verdict,
      problems: { error: count('error'), warning: count('warning'), note: count('note') },
    },
  }
}
