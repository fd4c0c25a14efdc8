import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { missedDraft, missedNames } from './missed-names.ts'

export default defineRule({
  id: 'dns/hostnetwork-without-cluster-dns',
  title: 'Pod on the host network that dials names of the cluster and asks its node for them',
  subject: 'Connection',
  severity: 'error',
  explains: ['resolver-outside-cluster'],
  docs: {
    means: 'Names of Services do not resolve in these pods (NXDOMAIN).',
    why: 'With `hostNetwork: true` the usual `dnsPolicy: ClusterFirst` behaves as `Default`: the pod gets the resolv.conf of its node.',
    proof:
      'The pod template has `hostNetwork: true` and not `dnsPolicy: ClusterFirstWithHostNet`, and the workload dials a name that is a ' +
      'Service of the cluster.',
    fix: 'Set `dnsPolicy: ClusterFirstWithHostNet`.',
    falseAlarmWhen:
      'Agents that only use addresses, or the variables that the kubelet sets for the API server: silent. Where the node itself forwards the ' +
      'zone of the cluster to cluster DNS, full names do resolve, and the live check tells.',
  },
  check({ connection }, network) {
    const missed = missedNames(
      connection,
      network,
      ({ hostNetwork, dnsPolicy = 'ClusterFirst' }) => hostNetwork === true && dnsPolicy === 'ClusterFirst',
    )
    if (missed === undefined) return undefined
    const { workload } = missed
    return missedDraft(missed, {
      who: say`${workload.reference} is on the host network and asks the resolver of its node`,
      why: say`On the host network dnsPolicy: ClusterFirst behaves as Default; ClusterFirstWithHostNet asks the cluster's DNS.`,
      evidence: [
        { reference: workload.reference, field: `${workload.specPath}.hostNetwork`, value: true },
        {
          reference: workload.reference,
          field: `${workload.specPath}.dnsPolicy`,
          value: workload.spec.dnsPolicy,
        },
      ],
      dnsPolicy: 'ClusterFirstWithHostNet',
    })
  },
})
