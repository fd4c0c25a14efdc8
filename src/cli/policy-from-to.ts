import { type FlowAnswer, judgeFlow } from '../diagnosis/flow/judge.ts'
import { remedies } from '../diagnosis/flow/remedies.ts'
import { asUnknown, unreadOwners } from '../diagnosis/reach/unowned.ts'
import { unresolvedBy } from '../diagnosis/reach/unresolved.ts'
import { Network } from '../network/network.ts'
import { flowResult } from '../report/policy-result.ts'
import { policyFlowView } from '../report/views/policy-flow.ts'
import { unresolvedRow } from '../report/views/policy-unresolved.ts'
import type { ExitCode } from './exit-code.ts'
import { withInput, written } from './input.ts'
import { endOf } from './policy-ends.ts'
import { type PolicyArguments, type PolicyMode, sameQuestion } from './policy-flags.ts'
import { type FlowPlace, parseFlowPlace } from './policy-place.ts'
import { policiesFor } from './policy-plugin.ts'
import { reachOfOne } from './policy-reach.ts'
import { print } from './print.ts'
import type { Terminal } from './terminal.ts'
import { UsageError } from './usage-error.ts'

/** `policy --from A --to B`: one verdict, the rules behind it, and what would change it. With one of them: who, or where. */
export const fromTo: PolicyMode = {
  flags: ['from', 'to'],
  run: async (args, terminal) => {
    const from = args.from === undefined ? undefined : sourcePlace(args.from)
    const to = args.to === undefined ? undefined : parseFlowPlace(args.to, 'to')
    if (from !== undefined && to !== undefined) return verdict(from, to, args, terminal)
    if (to !== undefined) return reachOfOne(to, 'to', args, terminal)
    if (from !== undefined) return reachOfOne(from, 'from', args, terminal)
    throw new UsageError('USAGE', 'policy: --from or --to is missing')
  },
}

function sourcePlace(text: string): FlowPlace {
  const place = parseFlowPlace(text, 'from')
  if (place.asked.port === undefined) return place
  throw new UsageError('USAGE', `--from ${text}: the port belongs to --to`)
}

function verdict(
  from: FlowPlace,
  to: FlowPlace,
  args: PolicyArguments,
  terminal: Terminal,
): Promise<ExitCode> {
  if (from.place.kind === 'world' && to.place.kind === 'world')
    throw new UsageError('USAGE', 'policy: policies are about pods: --from or --to must be in the cluster')
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
    const answer = [question.source, question.destination].reduce(
      (known, end) => asUnknown(known, end, unreadOwners(end, network)),
      judgeFlow(question, policies, network),
    )
    const mended = remedies(answer, policies, network)
    const unresolved =
      to.place.kind === 'object'
        ? unresolvedBy(
            question.source,
            answer.ports.map(({ port }) => port),
            network,
          )
        : undefined
    const context = { from: from.text, to: to.text, network, policies, locate: written(input), unresolved }
    print(args, terminal, {
      result: () => flowResult(answer, mended, context),
      document: () =>
        policyFlowView(answer, mended, {
          ...context,
          isExplained: args.explain || args.output === 'wide',
          remarks: unresolved === undefined ? [] : [unresolvedRow(unresolved, sameQuestion(args))],
        }),
    })
    return exitCodes[answer.outcome]
  })
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

const exitCodes: Readonly<Record<FlowAnswer['outcome'], ExitCode>> = {
  passes: 0,
  fails: 1,
  partly: 1,
  unknown: 4,
}
