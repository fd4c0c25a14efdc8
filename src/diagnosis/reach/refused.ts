import type { Policies } from '../../network/policy/policies.ts'
import type { PolicyFault } from '../flow/invalid.ts'

/** What the API server would refuse in the policies of these namespaces and of the whole cluster. */
export function refusedPolicies(policies: Policies, namespaces: readonly string[]): readonly PolicyFault[] {
  const all = [
    ...namespaces.flatMap((namespace) => policies.in(namespace).policies),
    ...policies.cluster().all,
  ]
  return all.flatMap(({ reference, problems }) =>
    problems
      .filter(({ severity }) => severity === 'invalid')
      .map((problem) => ({ policy: reference, problem })),
  )
}
