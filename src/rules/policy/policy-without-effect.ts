import type { Direction, Policy } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import { defineRule } from '../rule.ts'
import { say, word } from '../text.ts'
import { coversRule, coversSubject, isAllowAll } from './cover.ts'
import { showCommand } from './patches.ts'
import { rulesOf, ruleValue } from './peers.ts'
import { policyNames, selectorKey } from './selector-words.ts'

export default defineRule({
  id: 'policy/policy-without-effect',
  title: 'Policy without effect',
  subject: 'NetworkPolicy',
  severity: 'note',
  docs: {
    means:
      'Without this policy exactly the same traffic would pass: other policies isolate its pods, and admit all that it admits.',
    why: 'A policy was copied under a new name, or replaced by a wider one and not removed.',
    proof:
      'For each direction another policy that selects all its pods, and for each rule another rule that covers it, as written.',
    fix: 'Remove it, or narrow the policies that cover it.',
    falseAlarmWhen:
      'A policy that only denies is good practice beside others and never reported. Of two equal policies one is reported.',
  },
  check(policy, network) {
    const rules = rulesOf(policy)
    if (rules.length === 0 || policy.subject.doubt !== undefined) return undefined
    if (policy.problems.some(({ severity }) => severity === 'invalid')) return undefined
    const others = network.policy
      .in(policy.object.metadata.namespace ?? '')
      .policies.filter(({ reference }) => reference.name !== policy.reference.name)
      .filter((other) => !isTwin(policy, other))
    const directions = (['ingress', 'egress'] as const).filter(
      (direction) => policy.rules[direction] !== undefined,
    )
    const isolating = directions.map((direction) =>
      others.find((other) => isolates(other, policy, direction)),
    )
    // Of a rule that opens everything, policy/allow-all-makes-others-moot speaks.
    const wider = others.flatMap(rulesOf).filter((other) => !isAllowAll(other))
    const covering = rules.flatMap((rule) => wider.find((other) => coversRule(other, rule)) ?? [])
    if (isolating.includes(undefined) || covering.length < rules.length) return undefined
    const { reference } = policy
    const names = new Map(
      [...covering.map((rule) => rule.policy), ...isolating].flatMap((other) =>
        other === undefined ? [] : [[other.reference.name, other.reference] as const],
      ),
    )
    return {
      proof: 'proven',
      place: place.policyPart(reference, 'effect'),
      summary: say`${reference} changes nothing: ${policyNames([...names.values()])} ${word(names.size === 1 ? 'isolates the same pods and admits' : 'isolate the same pods and admit')} all that it admits`,
      evidence: [
        { reference, field: 'spec.podSelector', value: selectorKey(policy.subject.pods) },
        ...covering.map((rule) => ({
          reference: rule.policy.reference,
          field: rule.path,
          value: ruleValue(rule),
        })),
      ],
      advice: [
        say`See that nothing would change: kubectl netdoctor -n ${reference.namespace ?? ''} policy --without ${reference.name}`,
        showCommand(reference),
      ],
    }
  },
})

function isolates(other: Policy, policy: Policy, direction: Direction): boolean {
  return other.rules[direction] !== undefined && coversSubject(other, policy)
}

/** Of two policies that say the same, the first by name stays. */
function isTwin(policy: Policy, other: Policy): boolean {
  if (!coversSubject(other, policy) || !coversSubject(policy, other)) return false
  if (
    (['ingress', 'egress'] as const).some(
      (side) => isolates(policy, policy, side) !== isolates(other, policy, side),
    )
  )
    return false
  const [own, theirs] = [rulesOf(policy), rulesOf(other)]
  const isCovered = (a: typeof own, b: typeof own): boolean =>
    a.every((rule) => b.some((wide) => coversRule(wide, rule)))
  return policy.reference.name < other.reference.name && isCovered(own, theirs) && isCovered(theirs, own)
}
