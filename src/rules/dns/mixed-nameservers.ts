import { isOutside } from '../../network/dns/lookup.ts'
import { nameLookup } from '../../network/flows/name-lookups.ts'
import { memoTable } from '../../network/inventory/memo.ts'
import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { clientOf, severityFor } from '../client/dialled.ts'
import { lookUp } from '../confirm.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'

export default defineRule({
  id: 'dns/mixed-nameservers',
  title: 'A resolver of the outside stands beside the DNS of the cluster',
  subject: 'Connection',
  severity: 'warning',
  explains: ['resolver-outside-cluster'],
  docs: {
    means:
      'Names of the cluster fail at random: musl (Alpine) asks all nameservers at once and takes the first answer; glibc asks the second when the ' +
      'first is slow. A public resolver says "no such name", and that is final. Where it stands first, glibc never asks the other.',
    why: '`dnsConfig.nameservers` is meant as a fallback; resolvers do not understand it so.',
    proof:
      '`dnsConfig.nameservers` holds an address outside of the cluster beside that of the DNS Service, and names of the cluster are dialled.',
    fix: 'Take it out: cluster DNS forwards other names. For a private zone, add a server block (stub domain) to the Corefile.',
    falseAlarmWhen:
      'No name of the cluster is dialled; the other entry is a cache of the node, a Service or a pod: silent.',
  },
  check({ connection }, network) {
    const workload = clientOf(connection)
    if (workload === undefined || (workload.spec.dnsConfig?.nameservers.length ?? 0) === 0) return undefined
    const name = nameLookup(connection, network)
    if (name?.meant === undefined) return undefined
    return network.inventory.memo.get(table, workload, () =>
      draftFor(workload, name.lookup.conf, network, connection),
    )
  },
})

const table = memoTable<FindingDraft | undefined>('rules.dns.mixed')

function draftFor(
  workload: Workload,
  { nameservers }: NonNullable<ReturnType<typeof nameLookup>>['lookup']['conf'],
  network: Network,
  connection: Parameters<typeof lookUp>[1],
): FindingDraft | undefined {
  const outside = nameservers.filter((item) => item.kind === 'custom' && isOutside(item, network))
  const inside = nameservers.filter(({ kind }) => kind === 'cluster' || kind === 'node-local')
  if (outside.length === 0 || inside.length === 0) return undefined
  const [first] = nameservers
  const isFirst = first !== undefined && outside.includes(first)
  const listedServers = workload.spec.dnsConfig?.nameservers ?? []
  const addresses = outside.map(({ address = '' }) => address)
  return {
    proof: 'likely',
    severity: severityFor(workload, isFirst ? 'error' : 'warning'),
    about: workload.reference,
    place: place.client(workload),
    summary: isFirst
      ? say`${workload.reference} asks ${addresses.join(', ')} before the DNS of the cluster: what that does not know is final, so that names of the cluster fail`
      : say`${workload.reference} asks ${addresses.join(', ')} beside the DNS of the cluster: names of the cluster fail whenever that answers first`,
    detail: word(
      'A second nameserver is no fallback for names that the first does not know: any answer, also "no such name", ends the lookup.',
    ),
    evidence: addresses.map((value) => ({
      reference: workload.reference,
      field: `${workload.specPath}.dnsConfig.nameservers[${listedServers.indexOf(value)}]`,
      value,
    })),
    advice: [
      say`take ${addresses.join(', ')} out of dnsConfig.nameservers; forward private zones in the Corefile instead`,
    ],
    confirm: lookUp(workload, connection),
  }
}
