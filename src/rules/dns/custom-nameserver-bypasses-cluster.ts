import { resolverOf } from '../../network/dns/resolver.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { missedDraft, missedNames } from './missed-names.ts'

export default defineRule({
  id: 'dns/custom-nameserver-bypasses-cluster',
  title: 'Pod with nameservers of its own, none of which is the DNS of the cluster',
  subject: 'Connection',
  severity: 'error',
  explains: ['resolver-outside-cluster'],
  docs: {
    means: 'Names of Services do not resolve in these pods (NXDOMAIN): a public resolver knows none of them.',
    why: 'Somebody "fixed" DNS with `dnsPolicy: None` and a public resolver such as 8.8.8.8.',
    proof:
      '`dnsConfig.nameservers` begins with an address of the internet, which is neither the DNS Service nor a cache of the node, and the ' +
      'workload dials a name that is a Service of the cluster.',
    fix: 'Use `dnsPolicy: ClusterFirst` and no nameservers: cluster DNS forwards all other names.',
    falseAlarmWhen:
      'No name of the cluster is dialled; the nameserver is a pod, a Service, a sidecar or a private address, which may forward to cluster ' +
      'DNS: silent.',
  },
  check({ connection }, network) {
    const missed = missedNames(connection, network, ({ dnsPolicy }) => dnsPolicy === 'None')
    if (missed === undefined) return undefined
    const { workload } = missed
    // One of the cluster's own beside it is another fault.
    const { nameservers: all } = resolverOf(workload.spec, network.inventory)
    if (all.some(({ kind }) => kind === 'cluster' || kind === 'node-local')) return undefined
    const nameservers = workload.spec.dnsConfig?.nameservers ?? []
    return missedDraft(missed, {
      who: say`${workload.reference} asks ${listed(nameservers.slice(0, 3).map((address) => say`${address}`))} instead of the DNS of the cluster`,
      why: say`With dnsPolicy: None the pod asks only the servers of its dnsConfig; a resolver of the internet knows no Service.`,
      evidence: [
        { reference: workload.reference, field: `${workload.specPath}.dnsPolicy`, value: 'None' },
        ...nameservers.map((value, index) => ({
          reference: workload.reference,
          field: `${workload.specPath}.dnsConfig.nameservers[${index}]`,
          value,
        })),
      ],
      dnsPolicy: workload.spec.hostNetwork === true ? 'ClusterFirstWithHostNet' : 'ClusterFirst',
    })
  },
})
