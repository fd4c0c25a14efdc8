import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { clientWords } from './denial-words.ts'
import { type DnsStory, dnsFinding, dnsGroup, serverWords } from './dns-finding.ts'
import { addTo, serverPorts } from './dns-fix.ts'
import type { DnsTrouble } from './dns-trouble.ts'

export default defineRule({
  id: 'policy/dns-rule-uses-service-port',
  title: 'A policy allows DNS on port 53, and the DNS pods listen on another',
  subject: 'Connection',
  severity: 'error',
  explains: ['resolver-unreachable'],
  docs: {
    means:
      'No name can be resolved, although a rule for DNS is there: it opens a port on which the DNS pods do not listen.',
    why: 'Policies see the port of the pod. In some distributions the DNS Service leads from 53 to another port, such as 5353.',
    proof:
      'The rule matches the DNS pods and names the port of the DNS Service; the EndpointSlice of the Service has another.',
    fix: 'Add the port of the DNS pods to the rule, UDP and TCP.',
    falseAlarmWhen:
      'The DNS pods listen on 53, another rule opens their port, or a DNS cache on the node answers instead.',
  },
  check({ connection }, network) {
    const group = dnsGroup(connection, 'service-port', network)
    if (group === undefined) return undefined
    const tell = (first: DnsTrouble): DnsStory => {
      const ports = serverPorts(first, network)
      const numbers = [...new Set(ports.map(({ port }) => port))]
      return {
        proof: 'proven',
        summary: say`${clientWords(group.map(({ workload }) => workload))} cannot resolve any name: ${first.policy} allows DNS on port 53, and ${serverWords(first)} listen on ${listed(numbers.map((number) => say`${number}`))}`,
        detail: say`Policies see the port of the pod, after the Service's address was translated.`,
        edit:
          first.rule === undefined ? undefined : addTo(first.rule.policy, `${first.rule.path}.ports`, ports),
      }
    }
    return dnsFinding(group, tell, network)
  },
})
