import { whole } from '../../network/inventory/read.ts'
import { clientOf } from '../client/dialled.ts'
import { defineRule } from '../rule.ts'
import { counted, say, type Text, word } from '../text.ts'
import { denialFinding } from './denial-finding.ts'
import { actualWords, clientWords, names, shareWords, targetWords, wantedWords } from './denial-words.ts'
import { undecided } from './denials.ts'
import { clientsOf, type DenialGroup, destinationKey, groupsOf } from './denied-group.ts'

export default defineRule({
  id: 'policy/ingress-denied',
  title: 'Network policies of the destination do not let a client in',
  subject: 'Connection',
  severity: 'error',
  explains: ['ingress-denied'],
  over: [
    'policy/peer-selects-no-pod',
    'policy/default-deny-without-allow',
    'policy/and-or-peer-slip',
    'policy/namespace-selector-matches-none',
    'policy/hostnetwork-peer-unmatchable',
    'policy/except-removes-needed-range',
    'policy/ipblock-targets-service-range',
    'policy/ipblock-targets-pod-range',
    'policy/ipblock-pins-pod-ip',
  ],
  docs: {
    means:
      'The connection does not come through: policies isolate the pods behind the Service, and no rule admits this client.',
    why: 'A default deny without an allow for this client, a label in the rule that the client does not carry, a new client that nobody added.',
    proof:
      'Every NetworkPolicy and cluster-wide policy that selects the pods, after the translation of the Service: none of their ' +
      'ingress rules matches the labels, the namespace, the address and the port of the packet. The rule that comes nearest is named.',
    fix: 'The smallest change of the nearest rule that admits this client: one value, one peer, one port, or a policy of its own.',
    falseAlarmWhen:
      'Nobody needs the pair, for a denial is then what was meant: only connections that a workload is seen to dial are ' +
      'looked at. A policy that was not read, one that the API leaves open, or a network plugin that enforces nothing makes it silent.',
  },
  check({ connection }, network) {
    whole({ items: [], gaps: undecided(connection, 'ingress', network) })
    return groupsOf(connection, ['plain'], network)
      .filter(({ denials }) => denials[0]?.direction === 'ingress')
      .map((group) => denialFinding(group, story, network))
  },
})

function story(group: DenialGroup): { readonly summary: Text; readonly detail: Text } {
  const { policy, kind, denials } = group
  const clients = clientWords(clientsOf(group).flatMap(({ connection }) => clientOf(connection) ?? []))
  const isolatedBy = denials[0]?.explanation.isolatedBy ?? []
  const failing = kind.is === 'plain' ? (kind.miss?.failing ?? []) : []
  const hasRules = isolatedBy.some((isolation) => isolation.policy === policy && isolation.rules > 0)
  const targets = new Map(
    denials.map((denial) => [destinationKey(denial), say`${targetWords(denial)}${shareWords(denial)}`]),
  )
  const into = names([...targets.values()])
  const isolate = counted(isolatedBy.length, 'policy isolates', 'policies isolate')
  if (failing.length === 0)
    return {
      summary: say`${clients} may not connect to ${into}: ${policy} isolates ${word(targets.size === 1 ? 'its' : 'their')} pods and ${word(hasRules ? 'has no rule for it' : 'admits nobody')}`,
      detail: say`${isolate} these pods, and no rule of theirs matches.`,
    }
  return {
    summary: say`${clients} may not connect to ${into}: ${policy} admits ${wantedWords(failing)}, and here it is ${actualWords(failing)}`,
    detail: say`${isolate} these pods; this rule comes nearest.`,
  }
}
