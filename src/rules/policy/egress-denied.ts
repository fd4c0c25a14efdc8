import { whole } from '../../network/inventory/read.ts'
import { clientOf } from '../client/dialled.ts'
import { defineRule } from '../rule.ts'
import { listed, say, type Text, word } from '../text.ts'
import { denialFinding } from './denial-finding.ts'
import { actualWords, clientWords, names, shareWords, targetWords, wantedWords } from './denial-words.ts'
import { undecided } from './denials.ts'
import { clientsOf, type DenialGroup, groupsOf } from './denied-group.ts'

export default defineRule({
  id: 'policy/egress-denied',
  title: 'Network policies of a client do not let it out to what it dials',
  subject: 'Connection',
  severity: 'error',
  explains: ['egress-denied'],
  over: [
    'policy/peer-selects-no-pod',
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
      'The connection does not leave the client: policies isolate its pods for egress, and no rule of theirs reaches the destination.',
    why: 'An egress policy was written for some destinations and the others forgotten, or all egress is denied.',
    proof:
      'Every NetworkPolicy and cluster-wide policy that selects the client: none of their egress rules matches the pods behind the ' +
      'Service and the port of the pod, or the address that is dialled.',
    fix: 'The smallest change that lets this client out to this destination: one value, one peer, one port, or a policy of its own.',
    falseAlarmWhen:
      'Nobody needs the pair: only connections that the workload is seen to dial are looked at. Where some pods of the ' +
      'Service are in reach it is a warning. Answers need no rule. Pods on the host network, and policies that were not read, make it silent.',
  },
  check({ connection }, network) {
    whole({ items: [], gaps: undecided(connection, 'egress', network) })
    return groupsOf(connection, ['plain'], network)
      .filter(({ denials }) => denials[0]?.direction === 'egress')
      .map((group) => denialFinding(group, story, network))
  },
})

function story(group: DenialGroup): {
  readonly summary: Text
  readonly detail: Text
  readonly severity?: 'warning'
} {
  const { policy, kind, denials } = group
  const clients = clientWords(clientsOf(group).flatMap(({ connection }) => clientOf(connection) ?? []))
  const targets = new Map(
    denials.map((denial) => [
      denial.place.split(' ').at(-1),
      say`${targetWords(denial)}${shareWords(denial)}`,
    ]),
  )
  const failing = kind.is === 'plain' ? (kind.miss?.failing ?? []) : []
  const isolatedBy = denials[0]?.explanation.isolatedBy ?? []
  const hasRules = isolatedBy.some((isolation) => isolation.policy === policy && isolation.rules > 0)
  const every = listed(isolatedBy.map((isolation) => say`${isolation.policy}`))
  const severity = denials.every(({ share }) => share !== undefined) ? { severity: 'warning' as const } : {}
  return {
    ...severity,
    summary:
      failing.length === 0
        ? say`${clients} may not connect to ${names([...targets.values()])}: ${policy} ${word(hasRules ? 'has no rule for it' : 'denies all egress')}`
        : say`${clients} may not connect to ${names([...targets.values()])}: ${policy} allows ${wantedWords(failing)}, and here it is ${actualWords(failing)}`,
    detail: say`For egress the pods are isolated by ${every}, and no rule reaches the destination.`,
  }
}
