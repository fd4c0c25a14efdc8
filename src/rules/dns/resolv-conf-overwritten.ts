import { meantInCluster } from '../../network/dns/lookup.ts'
import { dnsServices, isAddressOfCache } from '../../network/dns/resolver.ts'
import { needsLookup } from '../../network/flows/lookups.ts'
import { memoTable } from '../../network/inventory/memo.ts'
import type { Network } from '../../network/network.ts'
import { place } from '../../network/traffic/place.ts'
import type { Workload } from '../../network/workloads/workload.ts'
import { clientOf, severityFor } from '../client/dialled.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say, word } from '../text.ts'
import { resolvConfWriters } from './resolv-conf-writers.ts'

export default defineRule({
  id: 'dns/resolv-conf-overwritten',
  title: 'A script or a mount replaces /etc/resolv.conf',
  subject: 'Connection',
  severity: 'error',
  docs: {
    means: 'Names of Services do not resolve in that container, whatever `dnsPolicy` says.',
    why: 'A "fix" for DNS writes `nameserver 8.8.8.8` into the file when the container starts.',
    proof:
      'A command, an argument, a hook or a mounted script that writes /etc/resolv.conf, or a ConfigMap that is mounted there, without the address of ' +
      'cluster DNS; and the workload dials a name that is a Service of the cluster.',
    fix: 'Take it out. What has to be changed goes into `dnsConfig`, where the kubelet keeps the rest.',
    falseAlarmWhen:
      'The text keeps a nameserver of the cluster, another file is meant (agents that write the resolv.conf of their host), or no name of the ' +
      'cluster is dialled: silent. A line that is only appended is a warning.',
  },
  check({ connection }, network) {
    const workload = clientOf(connection)
    if (workload === undefined || !needsLookup(connection)) return undefined
    return network.inventory.memo.get(table, workload, () => draftFor(workload, network))
  },
})

const table = memoTable<FindingDraft | undefined>('rules.dns.resolvConf')

function draftFor(workload: Workload, network: Network): FindingDraft | undefined {
  const own = clusterAddresses(network)
  const writers = resolvConfWriters(workload, network).filter(
    ({ nameservers, how }) =>
      !nameservers.some((address) => own.includes(address) || isAddressOfCache(address, network.inventory)) &&
      (how === 'script' || nameservers.length > 0),
  )
  const [first] = writers
  if (first === undefined) return undefined
  const hosts = network.traffic
    .from(workload)
    .items.filter(needsLookup)
    .map(({ host }) => host)
    .filter((host) => meantInCluster(host, workload.namespace, network).service !== undefined)
  if (hosts.length === 0) return undefined
  const isAppended = writers.every((writer) => writer.isAppended)
  const { nameservers } = first
  const by = first.how === 'script' ? say`writes ${first.shown}` : say`gets /etc/resolv.conf from a ConfigMap`
  return {
    proof: 'likely',
    severity: severityFor(workload, isAppended ? 'warning' : 'error'),
    about: workload.reference,
    place: place.client(workload),
    alsoAt: [...new Set(hosts)].map((host) => place.name(workload.key, host)),
    summary: say`${workload.reference}: container ${first.container} ${by}${nameservers.length === 0 ? word('') : say` (nameserver ${nameservers.join(', ')})`}, ${isAppended ? word('beside the DNS of the cluster') : say`and cannot resolve names of the cluster: ${listed([...new Set(hosts)].slice(0, 3).map((host) => say`${host}`))}`}`,
    evidence: writers.slice(0, 4).map(({ reference, field, shown }) => ({ reference, field, value: shown })),
    advice: [
      word(
        'take that out; search domains and options belong into dnsConfig, and cluster DNS forwards all other names',
      ),
    ],
  }
}

function clusterAddresses({ inventory }: Network): readonly string[] {
  return dnsServices(inventory).items.flatMap(({ spec }) => spec.clusterIPs ?? spec.clusterIP ?? [])
}
