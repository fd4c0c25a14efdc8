import { whole } from '../../network/inventory/read.ts'
import type { Network } from '../../network/network.ts'
import type { Policy, Rule } from '../../network/policy/model.ts'
import { undeclaredNames } from '../../network/policy/port-names.ts'
import { place } from '../../network/traffic/place.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'

export default defineRule({
  id: 'policy/port-name-of-nobody',
  title: 'A policy opens a port by a name that no pod has',
  subject: 'NetworkPolicy',
  severity: 'note',
  docs: {
    means:
      'The item opens nothing. Where kube-router enforces policies, a rule of such items alone opens every port instead: then it is a warning.',
    why: 'The port of the container was renamed, the name is that of a Service port, or the protocol differs.',
    proof:
      'A port name in a rule; no pod that the rule leads to declares a container port with this name and protocol, and no workload there would make one.',
    fix: 'Use the number, or the name that the containers declare.',
    falseAlarmWhen:
      'No pod is there yet, pods or labels of namespaces were not read, or an egress rule leads to addresses as well: then it is silent.',
  },
  check(policy, network) {
    const rules = [...(policy.rules.ingress ?? []), ...(policy.rules.egress ?? [])]
    return rules.flatMap((rule) => findings(rule, policy, network))
  },
})

function findings(rule: Rule, { reference }: Policy, { policy }: Network): readonly FindingDraft[] {
  const { entries, gaps, isUnsure, known } = undeclaredNames(rule, policy)
  if (entries.length === 0 || isUnsure) return []
  whole({ items: [], gaps })
  const isOpen =
    policy.profile.rulesAre !== 'as-written' &&
    rule.peers !== 'all' &&
    rule.ports !== 'all' &&
    entries.length === rule.ports.length
  const effect = isOpen ? say`kube-router opens every port to its peers then` : say`it opens nothing`
  return entries.map((entry) => ({
    proof: 'proven',
    severity: isOpen ? 'warning' : undefined,
    place: place.policyPart(reference, `${rule.direction} port ${entry.name}`),
    summary: say`${reference} opens port ${entry.name} (${entry.protocol ?? 'TCP'}), which no pod that the rule leads to declares: ${effect}`,
    detail:
      known.length === 0
        ? undefined
        : say`They declare ${listed(known.slice(0, 5).map((name) => say`${name}`))}.`,
    evidence: [{ reference, field: `${entry.path}.port`, value: entry.name }],
    advice: [say`put the number of the port in ${entry.path}.port, or a name that the containers declare`],
  }))
}
