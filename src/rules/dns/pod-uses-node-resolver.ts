import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { missedDraft, missedNames } from './missed-names.ts'

export default defineRule({
  id: 'dns/pod-uses-node-resolver',
  title: 'Pod that asks the resolver of its node for names of the cluster',
  subject: 'Connection',
  severity: 'error',
  explains: ['resolver-outside-cluster'],
  docs: {
    means: 'Names of Services do not resolve in these pods (NXDOMAIN); names of the outside world do.',
    why: '`dnsPolicy: Default` is not the default: it gives the pod the resolv.conf of its node, without the search list and the server of the cluster.',
    proof:
      'The pod template says `dnsPolicy: Default`, and the workload dials a name that is a Service of the cluster.',
    fix: 'Set `dnsPolicy: ClusterFirst`, or leave it out.',
    falseAlarmWhen:
      'The node itself forwards the zone of the cluster to cluster DNS: then full names do resolve, and the live check tells. ' +
      'Silent when no name of the cluster is dialled, as in the pods of CoreDNS, which must have it so.',
  },
  check({ connection }, network) {
    const missed = missedNames(connection, network, ({ dnsPolicy }) => dnsPolicy === 'Default')
    if (missed === undefined) return undefined
    const { workload } = missed
    return missedDraft(missed, {
      who: say`${workload.reference} asks the resolver of its node (dnsPolicy: Default)`,
      why: say`Its resolv.conf is that of the node: neither the server nor the search list of the cluster stands there.`,
      evidence: [
        { reference: workload.reference, field: `${workload.specPath}.dnsPolicy`, value: 'Default' },
      ],
      dnsPolicy: workload.spec.hostNetwork === true ? 'ClusterFirstWithHostNet' : 'ClusterFirst',
    })
  },
})
