import { type ClusterDns, clusterDns } from '../../network/dns/cluster-dns.ts'
import { lacksZone } from '../../network/dns/meaning.ts'
import { type NameLookup, nameLookup } from '../../network/flows/name-lookups.ts'
import type { Network } from '../../network/network.ts'
import type { Connection } from '../../network/traffic/connection.ts'
import { type Place, place } from '../../network/traffic/place.ts'
import { type ObjectReference, referenceTo } from '../../snapshot/snapshot.ts'
import { clientOf } from '../client/dialled.ts'
import { lookUp } from '../confirm.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, type Text, word } from '../text.ts'
import { configReference, lineEvidence } from './dns-pods.ts'

export default defineRule({
  id: 'dns/corefile-zone-missing',
  title: 'The Corefile has no answer for a Service that is dialled',
  subject: 'Connection',
  severity: 'error',
  explains: ['name-not-resolved'],
  docs: {
    means: 'The name of a Service that exists does not resolve (NXDOMAIN).',
    why:
      'No server block has the `kubernetes` plugin for the domain of the cluster, or its options (`namespaces`, `labels`, `namespace_labels`, ' +
      '`ignore empty_service`, `noendpoints`) leave the Service out.',
    proof: 'The Corefile, and the Service that the dialled name stands for.',
    fix: 'Add the zone to the `kubernetes` plugin, or lift the filter.',
    falseAlarmWhen:
      'Another server block or plugin serves the zone, an import is not readable, or the Service that is left out is not dialled: silent.',
  },
  check({ connection }, network) {
    const name = nameLookup(connection, network)
    if (name?.meaning !== 'lost' || name.meant === undefined) return undefined
    const dns = clusterDns(network)
    if (dns.isAssumed) return undefined
    return lacksZone(network) ? withoutZone(connection, dns, network) : leftOut(connection, name, dns)
  },
})

function withoutZone(connection: Connection, dns: ClusterDns, _network: Network): FindingDraft {
  const zone = dns.zone.replace(/\.$/, '')
  const reference = configReference(dns, fallback)
  return draft(connection, reference, place.dns, {
    summary: say`${reference}: no server block of the Corefile has the kubernetes plugin for ${zone}, so that no name of a Service resolves`,
    evidence: dns.servers.slice(0, 3).flatMap(({ line }) => lineEvidence(dns, line)),
    advice: say`add "kubernetes ${zone} in-addr.arpa ip6.arpa" to the server block, or correct the zone that stands there`,
  })
}

const fallback: ObjectReference = {
  apiVersion: 'v1',
  kind: 'ConfigMap',
  namespace: 'kube-system',
  name: 'coredns',
}

const options: ReadonlyMap<string | undefined, string> = new Map([
  ['namespace-left-out', 'leaves its namespace out (namespaces, namespace_labels)'],
  ['service-left-out', 'leaves it out (labels)'],
  ['empty-service-left-out', 'leaves Services without endpoints out (ignore empty_service)'],
])

function leftOut(
  connection: Connection,
  { lookup, meant }: NameLookup,
  dns: ClusterDns,
): FindingDraft | undefined {
  const { why, by } = lookup.outcome.answer
  const how = options.get(why)
  if (how === undefined || meant === undefined) return undefined
  const line =
    by?.line ??
    dns.servers.flatMap(({ plugins }) => plugins).find(({ kind }) => kind === 'kubernetes')?.line ??
    1
  const reference = configReference(dns, fallback)
  return draft(connection, reference, place.service(meant), {
    summary: say`${reference}: the kubernetes plugin ${word(how)}, so that ${referenceTo(meant)} does not resolve`,
    evidence: lineEvidence(dns, line),
    advice: say`lift that option from the Corefile, or let it take the Service`,
  })
}

function draft(
  connection: Connection,
  about: ObjectReference,
  at: Place,
  { summary, evidence, advice }: Pick<FindingDraft, 'summary' | 'evidence'> & { readonly advice: Text },
): FindingDraft {
  const workload = clientOf(connection)
  return {
    proof: 'likely',
    about,
    place: at,
    summary,
    detail: workload === undefined ? undefined : say`${workload.reference} dials ${connection.host}.`,
    evidence,
    advice: [advice],
    confirm: workload === undefined ? undefined : lookUp(workload, connection),
  }
}
