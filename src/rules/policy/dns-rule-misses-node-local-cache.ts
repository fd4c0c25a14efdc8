import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { clientWords } from './denial-words.ts'
import { type DnsStory, dnsFinding, dnsGroup, serverWords } from './dns-finding.ts'
import { addTo, serverPeer, serverPorts } from './dns-fix.ts'
import type { DnsTrouble } from './dns-trouble.ts'

export default defineRule({
  id: 'policy/dns-rule-misses-node-local-cache',
  title: 'A policy allows the DNS pods, and lookups go to a cache on the node',
  subject: 'Connection',
  severity: 'error',
  explains: ['resolver-unreachable'],
  docs: {
    means:
      'Names may not resolve: the lookup ends at a DNS cache on the host network of the own node, which no podSelector matches.',
    why: 'NodeLocal DNSCache was installed after the policies were written, and has taken the address of the DNS Service on every node.',
    proof:
      'A DaemonSet on the host network that is started with `-localip`, and the nameserver of the pod among these addresses; a rule that ' +
      'selects the DNS pods, and none that matches the address.',
    fix: 'Allow the address of the cache as an ipBlock in one more rule, UDP and TCP 53.',
    falseAlarmWhen:
      'The network plugin redirects lookups to a pod, or lets everything pass between a pod and its own node: it is therefore likely, never proven. ' +
      'Where nothing says whether pods use the cache, it is silent.',
  },
  check({ connection }, network) {
    const group = dnsGroup(connection, 'node-local', network)
    if (group === undefined) return undefined
    const tell = (first: DnsTrouble): DnsStory => {
      const rule = { to: [serverPeer(first, network)], ports: serverPorts(first, network) }
      return {
        proof: 'likely',
        summary: say`${clientWords(group.map(({ workload }) => workload))} cannot resolve names: ${first.policy} allows the DNS pods, and lookups go to ${serverWords(first)}`,
        detail: say`A cache on the host network is no pod to a policy: only an ipBlock matches its address.`,
        edit: addTo(first.policy, 'spec.egress', [rule]),
      }
    }
    return dnsFinding(group, tell, network)
  },
})
