import { place } from '../../network/traffic/place.ts'
import { defineRule } from '../rule.ts'
import { say } from '../text.ts'
import { clientWords } from './denial-words.ts'
import { type DnsStory, dnsFinding, dnsGroup } from './dns-finding.ts'
import { addTo, serverPorts } from './dns-fix.ts'
import type { DnsTrouble } from './dns-trouble.ts'

export default defineRule({
  id: 'policy/dns-egress-tcp-only',
  title: 'DNS is allowed over TCP only',
  subject: 'Connection',
  severity: 'error',
  explains: ['resolver-unreachable'],
  over: ['policy/protocol-missing-on-dns-port'],
  docs: {
    means: 'No name can be resolved: resolvers ask over UDP, and nothing lets that out.',
    why: 'A port entry without `protocol` means TCP.',
    proof: 'The rule that lets the client out to its nameserver over TCP; none does over UDP.',
    fix: 'Add `{protocol: UDP, port: 53}` to the same rule.',
    falseAlarmWhen:
      'Another rule or policy allows UDP, the resolver is told to use TCP (`options use-vc`), or the client dials no names.',
  },
  check({ connection }, network) {
    const group = dnsGroup(connection, 'tcp-only', network)
    if (group === undefined) return undefined
    const tell = (first: DnsTrouble): DnsStory => {
      const missing = serverPorts(first, network).filter(({ protocol }) => protocol === 'UDP')
      return {
        proof: 'proven',
        summary: say`${clientWords(group.map(({ workload }) => workload))} cannot resolve any name: ${first.policy} allows DNS over TCP only, and resolvers ask over UDP`,
        lintedAt: place.policyPart(first.policy, 'egress TCP 53'),
        detail: say`A port without protocol means TCP.`,
        edit:
          first.rule === undefined
            ? undefined
            : addTo(first.rule.policy, `${first.rule.path}.ports`, missing),
      }
    }
    return dnsFinding(group, tell, network)
  },
})
