import { pointer } from '../../network/edit.ts'
import type { Network } from '../../network/network.ts'
import type { Policy, Rule } from '../../network/policy/model.ts'
import { place } from '../../network/traffic/place.ts'
import { defineRule } from '../rule.ts'
import { listed, say } from '../text.ts'
import { coversRule, isAllowAll } from './cover.ts'
import { patchCommand, steps } from './patches.ts'
import { rulesOf, ruleValue } from './peers.ts'

export default defineRule({
  id: 'policy/rule-covered-by-another',
  title: 'Rule that another rule covers wholly',
  subject: 'NetworkPolicy',
  severity: 'note',
  docs: {
    means:
      'The rule adds nothing: policies are a union, and another rule for the same pods admits all of it. Removing it, or ' +
      'narrowing it, changes no traffic; who narrows it to lock somebody out does not succeed.',
    why: 'A wider rule was added later, or a policy was copied.',
    proof: 'Selectors, blocks and ports of both rules as they are written, whatever pods there are now.',
    fix: 'Remove the rule, or narrow the wider one.',
    falseAlarmWhen:
      'A rule that admits everybody on every port is spoken of by policy/allow-all-makes-others-moot, and a policy of which ' +
      'nothing counts by policy/policy-without-effect. A rule without items, or with an item that matches nothing, is left out.',
  },
  check(policy, network) {
    const rules = rulesOf(policy)
    const covered = rules.flatMap((rule) => {
      const by = coveredBy(rule, policy, network)
      return by === undefined ? [] : [{ rule, by }]
    })
    const [first] = covered
    if (first === undefined || covered.length === rules.length) return undefined
    const { reference } = policy
    const others = covered.slice(1, 4).map(({ rule, by }) => say`${rule.path} by ${byWords(by, policy)}`)
    return {
      proof: 'proven',
      place: place.policyPart(reference, 'covered rules'),
      summary: say`${reference} ${first.rule.path} adds nothing: ${byWords(first.by, policy)} admits all of it`,
      detail: others.length === 0 ? undefined : say`So are ${listed(others)}.`,
      evidence: covered.flatMap(({ rule, by }) => [
        { reference, field: rule.path, value: ruleValue(rule) },
        { reference: by.policy.reference, field: by.path, value: ruleValue(by) },
      ]),
      advice: [
        patchCommand(reference, [{ op: 'remove', path: pointer(...steps(first.rule.path)) }]),
        say`Removing it changes no traffic.`,
      ],
    }
  },
})

function byWords(by: Rule, policy: Policy): ReturnType<typeof say> {
  return by.policy === policy ? say`${by.path}` : say`${by.policy.reference} ${by.path}`
}

/** The first rule that covers this one; of two equal ones the later is covered. */
function coveredBy(rule: Rule, policy: Policy, network: Network): Rule | undefined {
  if (rule.doubt !== undefined || (rule.peers !== 'all' && rule.peers.some(({ is }) => is === 'nothing')))
    return undefined
  const own = rulesOf(policy)
  const others = network.policy
    .in(policy.object.metadata.namespace ?? '')
    .policies.flatMap((other) => (other.reference.name === policy.reference.name ? own : rulesOf(other)))
  const index = others.indexOf(rule)
  return others.find(
    (other, at) =>
      other !== rule &&
      !isAllowAll(other) &&
      coversRule(other, rule) &&
      (at < index || !coversRule(rule, other)),
  )
}
