import { whole } from '../../network/inventory/read.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { clientWords } from './denial-words.ts'
import { dnsFinding, dnsGroup, policyWords, serverWords } from './dns-finding.ts'
import { allowDns } from './dns-fix.ts'
import { undecidedLookup } from './dns-trouble.ts'

export default defineRule({
  id: 'policy/dns-egress-denied',
  title: 'Egress policies keep a client from its nameserver',
  subject: 'Connection',
  severity: 'error',
  explains: ['resolver-unreachable'],
  docs: {
    means:
      'No name can be resolved, so that every connection by name fails, however healthy its destination is.',
    why: 'An egress policy isolates the pods, and nobody thought of DNS: a lookup is a connection as well, to port 53 of the DNS pods.',
    proof:
      'The nameservers follow from `dnsPolicy`, `dnsConfig`, the DNS Service and a DNS cache on the nodes. Every policy that selects the ' +
      'client was read, and none lets it out to them, over UDP or over TCP.',
    fix: 'One more egress rule: UDP and TCP to the pods of the DNS Service, on their own port. Beside a default deny of the namespace, a policy of its own.',
    falseAlarmWhen:
      'The client dials no names, uses the resolver of its node, or any policy allows it: another one, a rule without ports or without peers, ' +
      'a cluster-wide one. Where kube-system may not be read, the usual DNS pods are assumed, and a "no" is unknown.',
  },
  check({ connection }, network) {
    whole({ items: [], gaps: undecidedLookup(connection, network) })
    const group = dnsGroup(connection, 'denied', network)
    if (group === undefined) return undefined
    return dnsFinding(
      group,
      (first) => ({
        proof: 'likely',
        summary: say`${clientWords(group.map(({ workload }) => workload))} cannot resolve any name: ${policyWords(first)} ${word(first.explanation.isolatedBy.length > 1 ? 'isolate' : 'isolates')} ${word(group.length > 1 ? 'them' : 'it')} for egress, and no rule allows DNS`,
        detail: say`A lookup goes to ${serverWords(first)}, port ${first.explanation.target.port}, over UDP first.`,
        edit: allowDns(first, network),
      }),
      network,
    )
  },
})
