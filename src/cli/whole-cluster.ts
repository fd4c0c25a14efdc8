import type { Further } from '../cluster/plan.ts'
import { furtherNeeds } from '../diagnosis/further.ts'
import type { Question } from '../diagnosis/question.ts'
import { Network } from '../network/network.ts'
import type { Input } from './input.ts'

/** Flags that ask for all of a cluster, however large it is. */
interface Breadth {
  readonly 'all-namespaces': boolean
  /** Who wants to fail on anything unread wants everything read. */
  readonly strict: boolean
}

/**
 * What a large cluster is asked for besides what was read first; `undefined` where all of it was asked for.
 *
 * @param questionOf may throw a KnownError when what is asked about does not exist
 */
export function furtherFor(
  args: Breadth,
  questionOf: (first: Input, network: Network) => Question,
): ((first: Input) => Further) | undefined {
  if (args['all-namespaces'] || args.strict) return undefined
  return (first) => {
    const network = Network.of(first.snapshot)
    return furtherNeeds(questionOf(first, network), network)
  }
}
