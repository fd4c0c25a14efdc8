import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { clientWords } from './denial-words.ts'
import { type DnsStory, dnsFinding, dnsGroup } from './dns-finding.ts'
import { addTo, serverPorts } from './dns-fix.ts'
import type { DnsTrouble } from './dns-trouble.ts'

export default defineRule({
  id: 'policy/dns-egress-udp-only',
  title: 'DNS is allowed over UDP only',
  subject: 'Connection',
  severity: 'warning',
  docs: {
    means:
      'Names resolve, but for answers that do not fit into one UDP packet: those are asked for again over TCP, and that is dropped.',
    why: 'DNS is thought of as UDP port 53.',
    proof: 'The rule that lets the client out to its nameserver over UDP; none does over TCP.',
    fix: 'Add `{protocol: TCP, port: 53}` to the same rule.',
    falseAlarmWhen: 'Another rule or policy allows TCP, the rule has no ports, or the client dials no names.',
  },
  check({ connection }, network) {
    const group = dnsGroup(connection, 'udp-only', network)
    if (group === undefined) return undefined
    const tell = (first: DnsTrouble): DnsStory => {
      const missing = serverPorts(first, network).filter(({ protocol }) => protocol === 'TCP')
      return {
        proof: 'proven',
        summary: say`${first.policy} allows DNS over UDP only: ${clientWords(group.map(({ workload }) => workload))} ${word(group.length > 1 ? 'lose' : 'loses')} answers that need TCP`,
        detail: say`Answers that do not fit into one UDP packet are asked for again over TCP.`,
        edit:
          first.rule === undefined
            ? undefined
            : addTo(first.rule.policy, `${first.rule.path}.ports`, missing),
      }
    }
    return dnsFinding(group, tell, network)
  },
})
