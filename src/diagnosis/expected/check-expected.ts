import type { Network } from '../../network/network.ts'
import { decide, type FlowVerdict } from '../../network/policy/decide.ts'
import type { Endpoint } from '../../network/policy/endpoint.ts'
import type { Policies } from '../../network/policy/policies.ts'
import type { Expectation, Expectations } from '../../snapshot/files/expectations.ts'
import { KnownError } from '../../snapshot/known-error.ts'
import { type Decider, decidersOf } from './deciders.ts'
import { ExpectedEnds, type ExpectedFlow, type PlaceReader } from './ends.ts'

type Outcome = FlowVerdict['outcome']

/** A verdict that is not the expected one. */
export interface WrongAnswer {
  readonly expectation: Expectation
  readonly got: Outcome
  /** Of how many flows behind this expectation so many are wrong. */
  readonly wrong: number
  readonly of: number
  readonly deciders: readonly Decider[]
}

/** The expectations of one document with their answers. */
export interface CheckedExpectations {
  readonly document: Expectations
  readonly wrong: readonly WrongAnswer[]
  /** What an expectation names and is not there; then nothing is judged. */
  readonly faults: readonly { readonly field: string; readonly message: string }[]
}

/** Judges all expectations of one document in its world. */
export function checkExpected(
  document: Expectations,
  network: Network,
  policies: Policies,
  places: PlaceReader,
): CheckedExpectations {
  const ends = new ExpectedEnds(network, policies, places)
  const judge = new Judge(policies)
  const wrong: WrongAnswer[] = []
  const faults = new Map<string, { readonly field: string; readonly message: string }>()
  for (const expectation of document.expectations) {
    try {
      const answer = judge.check(expectation, ends.flows(expectation))
      if (answer !== undefined) wrong.push(answer)
    } catch (error) {
      if (!(error instanceof KnownError)) throw error
      // Each missing thing is named once, where it is first meant.
      if (!faults.has(error.message))
        faults.set(error.message, { field: expectation.field, message: error.message })
    }
  }
  return { document, wrong, faults: [...faults.values()] }
}

/** Judges flows, each once, although a table asks three times for it. */
class Judge {
  readonly #policies: Policies
  readonly #known = new Map<Endpoint, Map<Endpoint, Map<string, FlowVerdict>>>()

  constructor(policies: Policies) {
    this.#policies = policies
  }

  /** @returns `undefined` when every flow behind the expectation is as expected */
  check(expectation: Expectation, flows: readonly ExpectedFlow[]): WrongAnswer | undefined {
    const wanted = expectation.expect === 'allow' ? 'passes' : 'fails'
    const judged = flows.map((flow) => {
      const verdict = this.#verdict(flow, expectation)
      return { verdict, outcome: outcomeOf(verdict, expectation.part) }
    })
    const wrong = judged.filter(({ outcome }) => outcome !== wanted)
    const [first] = wrong
    if (first === undefined) return undefined
    const outcomes = new Set(judged.map(({ outcome }) => outcome))
    return {
      expectation,
      got: outcomes.size === 1 ? first.outcome : outcomes.has('unknown') ? 'unknown' : 'partly',
      wrong: wrong.length,
      of: judged.length,
      deciders: decidersOf(first.verdict, first.outcome, expectation.part),
    }
  }

  #verdict(flow: ExpectedFlow, { protocol }: Expectation): FlowVerdict {
    const { source, destination, port, throughService } = flow
    const bySource = this.#known.get(source) ?? new Map<Endpoint, Map<string, FlowVerdict>>()
    this.#known.set(source, bySource)
    const byPort = bySource.get(destination) ?? new Map<string, FlowVerdict>()
    bySource.set(destination, byPort)
    const key = `${protocol}/${port}/${throughService}`
    const known = byPort.get(key)
    if (known !== undefined) return known
    const verdict = decide({ source, destination, protocol, port, throughService }, this.#policies)
    byPort.set(key, verdict)
    return verdict
  }
}

function outcomeOf(verdict: FlowVerdict, part: Expectation['part']): Outcome {
  if (part === 'both' || verdict.families.length === 0) return verdict.outcome
  const outcomes = new Set(verdict.families.map((family) => family[part].outcome))
  const [only = 'unknown'] = outcomes
  return outcomes.size === 1 ? only : outcomes.has('unknown') ? 'unknown' : 'partly'
}
