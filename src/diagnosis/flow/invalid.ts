import { matchSubject } from '../../network/policy/match.ts'
import type { Policy, PolicyProblem } from '../../network/policy/model.ts'
import type { Policies } from '../../network/policy/policies.ts'
import { keyOf, type ObjectReference } from '../../snapshot/snapshot.ts'
import type { FlowAnswer } from './judge.ts'

/** Something wrong with a policy that a verdict rests on. */
export interface PolicyFault {
  readonly policy: ObjectReference
  readonly problem: PolicyProblem
}

/** What is wrong with the policies that select an end of a judged flow: the API server would refuse them. */
export function faultsBehind({ reasons }: FlowAnswer, policies: Policies): readonly PolicyFault[] {
  const parties = reasons.flatMap(({ example: { why } }) =>
    why === undefined ? [] : [why.source, why.destination],
  )
  const found = new Map<string, Policy>()
  for (const party of parties) {
    const own = party.namespace === undefined ? [] : policies.in(party.namespace.name).policies
    for (const policy of [...own, ...policies.cluster().all])
      if (matchSubject(policy, party, policies).is !== 'no') found.set(keyOf(policy.reference), policy)
  }
  return [...found.values()].flatMap(({ reference, problems }) =>
    problems
      .filter(({ severity }) => severity === 'invalid')
      .map((problem) => ({ policy: reference, problem })),
  )
}
