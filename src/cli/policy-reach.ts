import { type ReachQuestion, reach } from '../diagnosis/reach/reach.ts'
import { unreadOwners } from '../diagnosis/reach/unowned.ts'
import { unresolvedBy } from '../diagnosis/reach/unresolved.ts'
import { Network } from '../network/network.ts'
import { shellQuote } from '../report/escape.ts'
import { reachResult } from '../report/policy-reach-result.ts'
import { reachView } from '../report/views/policy-reach.ts'
import { unresolvedRow } from '../report/views/policy-unresolved.ts'
import { KnownError } from '../snapshot/known-error.ts'
import type { ExitCode } from './exit-code.ts'
import { withInput, written } from './input.ts'
import { endOf } from './policy-ends.ts'
import { type PolicyArguments, sameQuestion } from './policy-flags.ts'
import type { FlowPlace } from './policy-place.ts'
import { policiesFor } from './policy-plugin.ts'
import { print } from './print.ts'
import type { Terminal } from './terminal.ts'

/**
 * `policy --to B` and `policy --from A` alone: who may reach B, and what A may reach, by what decides it. Reads all that
 * may be read: whoever is left out would be taken for somebody who may not.
 */
export function reachOfOne(
  place: FlowPlace,
  side: 'from' | 'to',
  args: PolicyArguments,
  terminal: Terminal,
): Promise<ExitCode> {
  const namespace = place.place.kind === 'object' ? place.place.argument.namespace : undefined
  const named = namespace === undefined ? args : { ...args, namespace }
  return withInput(named, { everything: args['all-namespaces'] }, terminal, (input) => {
    const network = Network.of(input.snapshot)
    const policies = policiesFor(args, network)
    const question: ReachQuestion = { side, end: endOf(place, side, input, network), asked: place.asked }
    const [hidden] = unreadOwners(question.end, network)
    if (hidden !== undefined)
      throw new KnownError(
        'NOT_READABLE',
        `--${side} ${place.text}: nobody that was read has this address, and not all pods were read (${hidden.permission ?? hidden.why}): whose it is, is not known`,
      )
    const answer = reach(question, policies, network)
    const unresolved = side === 'from' ? unresolvedBy(question.end, [], network) : undefined
    const locate = written(input)
    print(args, terminal, {
      result: () => reachResult(answer, { text: place.text, network, policies, locate, unresolved }),
      document: () =>
        reachView(answer, {
          network,
          policies,
          locate,
          home: input.namespace,
          verdictFor: (peer) => {
            const [from, to] = side === 'to' ? [peer, place.text] : [place.text, peer]
            return `${sameQuestion(args)} --from ${shellQuote(from)} --to ${shellQuote(to)} --explain`
          },
          isWide: args.output === 'wide' || args.output === 'markdown' || args.explain,
          remarks: unresolved === undefined ? [] : [unresolvedRow(unresolved, sameQuestion(args))],
        }),
    })
    return args.strict && answer.gaps.length > 0 ? 4 : 0
  })
}
