import { clientOf } from '../client/dialled.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { type DenialStory, denialFinding } from './denial-finding.ts'
import { clientWords } from './denial-words.ts'
import { clientsOf, type DenialGroup, groupsOf } from './denied-group.ts'

export default defineRule({
  id: 'policy/apiserver-egress-denied',
  title: 'A client of the API server may not reach it',
  subject: 'Connection',
  severity: 'error',
  explains: ['egress-denied'],
  docs: {
    means:
      'The workload cannot talk to the API server: watches, leader election and configuration from the API fail.',
    why: 'Behind the Service `default/kubernetes` are addresses of the control plane, as a rule on port 6443: neither a podSelector nor port 443 matches them.',
    proof:
      'The workload dials the Service; its policies isolate it for egress, and no rule matches the addresses and the port in the EndpointSlice of `default/kubernetes`.',
    fix: 'Allow the addresses of the control plane as ipBlocks, on their real port. They are few and change seldom.',
    falseAlarmWhen:
      'The workload is not seen to dial the API server, runs on the host network, or a policy of the network plugin names the API server ' +
      'as an entity: then nothing is said.',
  },
  check({ connection }, network) {
    return groupsOf(connection, ['api-server'], network)
      .filter(({ denials }) => denials[0]?.direction === 'egress')
      .map((group) => denialFinding(group, story, network))
  },
})

function story(group: DenialGroup): DenialStory {
  const clients = clientWords(clientsOf(group).flatMap((denial) => clientOf(denial.connection) ?? []))
  const { peer, target, isolatedBy } = group.denials[0]?.explanation ?? {}
  const policies = listed((isolatedBy ?? []).map(({ policy }) => say`${policy}`))
  return {
    summary: say`${clients} may not connect to the API server: no egress rule of ${policies} matches ${peer?.addressText ?? ''} port ${target?.port ?? 0}`,
    detail: say`Policies see the address of the control plane behind Service kubernetes, and its own port.`,
  }
}
