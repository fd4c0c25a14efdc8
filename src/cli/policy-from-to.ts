import { type FlowAnswer, judgeFlow } from '../diagnosis/flow/judge.ts'
import { remedies } from '../diagnosis/flow/remedies.ts'
import { Network } from '../network/network.ts'
import { flowResult } from '../report/policy-result.ts'
import { policyFlowView } from '../report/views/policy-flow.ts'
import type { ExitCode } from './exit-code.ts'
import { type Input, withInput } from './input.ts'
import { endOf } from './policy-ends.ts'
import type { PolicyMode } from './policy-flags.ts'
import { type FlowPlace, parseFlowPlace } from './policy-place.ts'
import { policiesFor } from './policy-plugin.ts'
import { print } from './print.ts'
import { UsageError } from './usage-error.ts'

/** `policy --from A --to B`: one verdict, the rules behind it, and what would change it. */
export const fromTo: PolicyMode = {
  flags: ['from', 'to'],
  run: async (args, terminal) => {
    if (args.from === undefined || args.to === undefined)
      throw new UsageError(
        'USAGE',
        `policy: --from and --to belong together, --${args.from === undefined ? 'from' : 'to'} is missing`,
      )
    const from = parseFlowPlace(args.from, 'from')
    const to = parseFlowPlace(args.to, 'to')
    if (from.asked.port !== undefined)
      throw new UsageError('USAGE', `--from ${from.text}: the port belongs to --to`)
    const { own, all } = namespacesIn([from, to])
    const named = own === undefined ? args : { ...args, namespace: own }
    const wants = {
      everything: args['all-namespaces'],
      namespaces: all,
      further: isInNamespaces([from, to]) && !args.strict ? () => nothing : undefined,
    }
    return withInput(named, wants, terminal, (input) => {
      const network = Network.of(input.snapshot)
      const policies = policiesFor(args, network)
      const question = {
        source: endOf(from, 'from', input, network),
        destination: endOf(to, 'to', input, network),
        asked: to.asked,
      }
      const answer = judgeFlow(question, policies, network)
      const context = { from: from.text, to: to.text, network, policies, locate: written(input) }
      const mended = remedies(answer, policies, network)
      print(args, terminal, {
        result: () => flowResult(answer, mended, context),
        document: () =>
          policyFlowView(answer, mended, {
            ...context,
            isExplained: args.explain || args.output === 'wide',
          }),
      })
      return exitCodes[answer.outcome]
    })
  },
}

const nothing = { namespaces: [], addresses: [] } as const

/** Whether each end lies in a namespace that is read; whoever has an address may live in any. */
function isInNamespaces(places: readonly FlowPlace[]): boolean {
  return places.every(({ place }) => place.kind === 'world' || place.kind === 'object')
}

/** The namespaces that places name; `own`, when no place is left to the namespace that is meant anyway. */
function namespacesIn(places: readonly FlowPlace[]): {
  readonly own?: string | undefined
  readonly all: readonly string[]
} {
  const objects = places.flatMap(({ place }) => (place.kind === 'object' ? [place.argument] : []))
  const all = objects.flatMap(({ namespace }) => namespace ?? [])
  return { own: all.length === objects.length ? all[0] : undefined, all }
}

/** Lines help in files that people write; a dump is a single one, or thousands. */
const written = ({ snapshot, locate }: Input): Input['locate'] =>
  snapshot.coverage.declared ? locate : undefined

const exitCodes: Readonly<Record<FlowAnswer['outcome'], ExitCode>> = {
  passes: 0,
  fails: 1,
  partly: 1,
  unknown: 4,
}
