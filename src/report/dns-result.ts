import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import type { NameAnswer } from '../diagnosis/dns/name-answer.ts'
import type { Answer } from '../network/dns/answer.ts'
import type { ClusterDns } from '../network/dns/cluster-dns.ts'
import type { Lookup } from '../network/dns/lookup.ts'
import type { ObjectReference } from '../snapshot/snapshot.ts'
import { resultOf } from './result.ts'

/** The answer to `dns` and `dns NAME` as the JSON form that docs/schema/dns.schema.json describes. */
export function dnsResult(diagnosis: Diagnosis, dns: ClusterDns, answer?: NameAnswer) {
  return {
    ...resultOf(diagnosis),
    cluster: clusterResult(dns),
    lookup: answer === undefined ? undefined : lookupResult(answer),
  }
}

function clusterResult({ service, workloads, zone, zoneFrom, configMap, corefile, isAssumed }: ClusterDns) {
  return {
    service:
      service === undefined
        ? undefined
        : {
            namespace: service.metadata.namespace,
            name: service.metadata.name,
            clusterIP: service.spec.clusterIP,
          },
    workloads: workloads.map(({ reference }) => subject(reference)),
    domain: zone,
    domainFrom: zoneFrom,
    configMap:
      configMap === undefined
        ? undefined
        : { namespace: configMap.metadata.namespace, name: configMap.metadata.name },
    isAssumed,
    refused: (corefile?.troubles ?? []).map(({ line, file, message }) => ({
      line,
      file: file === '' ? undefined : file,
      message,
    })),
  }
}

function lookupResult({ name, asker, lookup, musl, reach, outcome }: NameAnswer) {
  return {
    name,
    from: asker.kind === 'workload' ? subject(asker.workload.reference) : undefined,
    namespace: asker.kind === 'workload' ? asker.workload.namespace : asker.namespace,
    outcome,
    answer: outcomeResult(lookup),
    musl: musl === undefined ? undefined : outcomeResult(musl),
    nameservers: lookup.conf.nameservers.map(({ kind, address }) => ({ kind, address })),
    reach: reach === undefined ? undefined : { outcome: reach.outcome, reason: reach.reason },
    searches: lookup.conf.searches,
    hasNodeSearches: lookup.conf.nodeSearchesAt !== undefined,
    ndots: lookup.conf.ndots,
    dropped: lookup.conf.dropped,
    queries: lookup.queries,
    steps: lookup.steps.map(({ candidate, answer }) => ({
      name: candidate.name,
      search: candidate.search,
      ...answerResult(answer),
    })),
  }
}

function outcomeResult({ outcome }: Lookup) {
  return { ...answerResult(outcome.answer), is: outcome.is }
}

function answerResult({ is, addresses, records, aliases, rewrites, by, service, why, upstream }: Answer) {
  return {
    is,
    addresses,
    records: records.length === 0 ? undefined : records,
    aliases: aliases.length === 0 ? undefined : aliases,
    rewrites: rewrites.length === 0 ? undefined : rewrites,
    by,
    service:
      service === undefined
        ? undefined
        : { namespace: service.metadata.namespace, name: service.metadata.name },
    why,
    upstream,
  }
}

function subject({ apiVersion, kind, namespace, name }: ObjectReference) {
  return { apiVersion, kind, namespace, name }
}
