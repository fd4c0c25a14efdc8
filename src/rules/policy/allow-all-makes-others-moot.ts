import type { Direction, Policy } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import type { FindingDraft } from '../finding.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { coversSubject, isAllowAll } from './cover.ts'
import { showCommand } from './patches.ts'
import { rulesText } from './rules-text.ts'
import { policyNames } from './selector-words.ts'

export default defineRule({
  id: 'policy/allow-all-makes-others-moot',
  title: 'Rule that admits everybody beside policies that restrict',
  subject: 'NetworkPolicy',
  severity: 'note',
  docs: {
    means:
      'Policies are a union: one empty rule opens its pods to everybody on every port, and nothing that other policies list ' +
      'for the same pods restricts anybody in that direction.',
    why: 'The rule was opened while looking for a fault and stayed, or `- {}` was taken for “nothing”.',
    proof: 'A rule without peers and without ports, and policies with rules whose pods are all its pods.',
    fix: 'Remove the rule, once the other policies admit whoever is needed: `policy --what-if` shows who would lose.',
    falseAlarmWhen:
      'A default deny for all pods beside an open rule for some is the usual pattern, and silent. Two open rules are no contradiction.',
  },
  check(policy, network) {
    const others = network.policy
      .in(policy.object.metadata.namespace ?? '')
      .policies.filter(({ reference }) => reference.name !== policy.reference.name)
    return (['ingress', 'egress'] as const).flatMap(
      (direction) => checkDirection(policy, others, direction) ?? [],
    )
  },
})

function checkDirection(
  policy: Policy,
  others: readonly Policy[],
  direction: Direction,
): FindingDraft | undefined {
  const open = policy.rules[direction]?.find(isAllowAll)
  if (open === undefined) return undefined
  const moot = others.filter((other) => {
    const rules = other.rules[direction]
    return rules !== undefined && !rules.some(isAllowAll) && coversSubject(policy, other)
  })
  const [first] = moot
  if (first === undefined) return undefined
  const { reference } = policy
  const names = policyNames(moot.map((other) => other.reference))
  return {
    proof: 'proven',
    place: place.policyPart(reference, `${direction} everything`),
    summary: say`${reference} ${open.path} admits everybody on every port, so that ${names} ${word(moot.length === 1 ? 'restricts' : 'restrict')} nothing for ${word(direction)}`,
    evidence: [
      { reference, field: open.path, value: '{}' },
      ...moot.map((other) => ({
        reference: other.reference,
        field: `spec.${direction}`,
        value: rulesText(other.rules[direction]?.length ?? 0),
      })),
    ],
    advice: [
      say`Who would lose access: kubectl netdoctor -n ${reference.namespace ?? ''} policy --without ${reference.name}`,
      showCommand(reference),
    ],
  }
}
