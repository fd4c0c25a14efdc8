import { searchTier } from './naive/cluster-wide-policy.ts'
import { networkPolicies } from './naive/network-policy.ts'
import {
  addressIn,
  familiesOf,
  get,
  type Json,
  type NaiveEnd,
  nameOf,
  namespaceOf,
  text,
} from './naive/objects.ts'
import type { Answer, Choose, Direction, Question } from './naive/question.ts'

/**
 * A second evaluator, straight from the API's documentation, for comparison only. It reads raw objects, shares no code
 * with the program, and is as slow as it is plain. What the API leaves open is asked from `choose`, once for each place
 * where it matters; {@link everyWorld} tries all answers.
 */

export interface NaiveFlow {
  readonly source: NaiveEnd
  readonly destination: NaiveEnd
  readonly protocol: string
  readonly port: number
  readonly throughService: boolean
}

export type NaiveOutcome = 'passes' | 'fails' | 'unknown' | 'partly'

export interface NaiveVerdict {
  readonly outcome: NaiveOutcome
  readonly families: readonly { readonly egress: NaiveOutcome; readonly ingress: NaiveOutcome }[]
}

function judge(question: Question): Answer {
  const { subject, peer, throughService } = question
  // Policies are about pods.
  if (subject.kind !== 'pod') return 'allow'
  const isItself =
    peer.kind === 'pod' &&
    nameOf(peer.pod) === nameOf(subject.pod) &&
    namespaceOf(peer.pod) === namespaceOf(subject.pod)
  // A pod that talks to its own address is not subject to policy.
  if (isItself && !throughService) return 'allow'
  const admin = searchTier(question, subject.pod, 'Admin')
  if (admin === 'allow' || admin === 'deny') return admin
  const middle = networkPolicies(question, subject.pod, isItself)
  if (middle !== 'none') return middle
  const baseline = searchTier(question, subject.pod, 'Baseline')
  return baseline === 'deny' ? 'deny' : 'allow'
}

/** Runs a computation with every combination of answers to what it asks. */
function everyWorld<T>(run: (choose: Choose) => T): ReadonlySet<T> {
  const results = new Set<T>()
  let fixed: readonly number[] = []
  for (;;) {
    const asked = new Map<string, number>()
    const made: { readonly chosen: number; readonly options: number }[] = []
    results.add(
      run((question, options) => {
        const known = asked.get(question)
        if (known !== undefined) return known
        const chosen = fixed[made.length] ?? 0
        made.push({ chosen, options })
        asked.set(question, chosen)
        return chosen
      }),
    )
    const last = made.findLastIndex(({ chosen, options }) => chosen + 1 < options)
    if (last === -1) return results
    fixed = made.slice(0, last + 1).map(({ chosen }, index) => (index === last ? chosen + 1 : chosen))
  }
}

function outcomeOf(answers: ReadonlySet<Answer>): NaiveOutcome {
  if (answers.size > 1) return 'unknown'
  return answers.has('allow') ? 'passes' : 'fails'
}

/** The verdict on one flow in a cluster of raw objects that are all there is. */
export function naive(objects: readonly Json[], flow: NaiveFlow): NaiveVerdict {
  const { source, destination } = flow
  const isOver = (end: NaiveEnd): boolean =>
    end.kind === 'pod' && ['Succeeded', 'Failed'].includes(text(get(end.pod, 'status', 'phase')))
  if (isOver(source) || isOver(destination)) return { outcome: 'unknown', families: [] }
  const families = familiesOf(source, destination).map((family) => {
    const side = (direction: Direction): NaiveOutcome => {
      const [subject, peer] = direction === 'egress' ? [source, destination] : [destination, source]
      return outcomeOf(
        everyWorld((choose) =>
          judge({
            objects,
            direction,
            subject,
            peer,
            peerAddress: addressIn(family, peer),
            destination: destination.kind === 'pod' ? destination.pod : undefined,
            protocol: flow.protocol,
            port: flow.port,
            throughService: flow.throughService,
            choose,
          }),
        ),
      )
    }
    return { egress: side('egress'), ingress: side('ingress') }
  })
  return { outcome: together(families.map(({ egress, ingress }) => bothOf(egress, ingress))), families }
}

/** Both sides must allow. */
function bothOf(egress: NaiveOutcome, ingress: NaiveOutcome): NaiveOutcome {
  if (egress === 'fails' || ingress === 'fails') return 'fails'
  return egress === 'passes' && ingress === 'passes' ? 'passes' : 'unknown'
}

function together(outcomes: readonly NaiveOutcome[]): NaiveOutcome {
  if (outcomes.includes('unknown')) return 'unknown'
  const [first = 'unknown'] = outcomes
  return outcomes.every((outcome) => outcome === first) ? first : 'partly'
}
