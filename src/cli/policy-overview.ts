import { diagnose } from '../diagnosis/diagnose.ts'
import type { Diagnosis } from '../diagnosis/diagnosis.ts'
import { summaries } from '../diagnosis/isolation/summary.ts'
import type { Network } from '../network/network.ts'
import { overviewResult } from '../report/policy-overview-result.ts'
import { policyOverviewView } from '../report/views/policy-overview.ts'
import { exitCodeOf } from './exit-code.ts'
import { withInput, written } from './input.ts'
import type { PolicyMode } from './policy-flags.ts'
import { networkOf } from './policy-plugin.ts'
import { print } from './print.ts'
import { furtherFor } from './whole-cluster.ts'

const area = 'policy/'

/** `policy`: what the policies of a namespace allow, workload by workload, and what is odd about them. */
export const overview: PolicyMode = {
  flags: [],
  run: (args, terminal) => {
    const everything = args['all-namespaces']
    const further = furtherFor(args, ({ namespace = '' }) => ({ kind: 'scan', namespaces: [namespace] }))
    return withInput(args, { everything, further }, terminal, (input) => {
      const network = networkOf(args, input.snapshot)
      const policies = network.policy
      const namespaces =
        everything || input.namespace === undefined ? allNamespaces(network) : [input.namespace]
      const diagnosis = aboutPolicies(
        diagnose({ kind: 'scan', namespaces: everything ? 'all' : namespaces }, network),
      )
      const found = summaries(namespaces, policies, network)
      const isWide = args.output === 'wide' || args.output === 'markdown'
      print(args, terminal, {
        result: () => overviewResult(found, diagnosis, policies),
        document: () =>
          policyOverviewView(found, diagnosis, {
            policies,
            isWide,
            isExplained: args.explain || isWide,
            isLive: input.session !== undefined,
            locate: written(input),
          }),
      })
      return exitCodeOf(diagnosis, args)
    })
  },
}

/** Namespaces that hold workloads or policies. */
function allNamespaces({ inventory, workloads }: Network): readonly string[] {
  return [...new Set([...workloads.namespaces(), ...inventory.namespacesOf('NetworkPolicy')])].sort()
}

/** The part of a diagnosis that is about policies. */
function aboutPolicies(diagnosis: Diagnosis): Diagnosis {
  const problems = diagnosis.problems.filter(({ cause }) => cause.rule.startsWith(area))
  const unknown = diagnosis.unknown.filter(({ rule }) => rule.startsWith(area))
  return { ...diagnosis, problems, unknown, gaps: unknown.flatMap(({ gaps }) => gaps) }
}
