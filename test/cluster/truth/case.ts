import type { Answer } from '../kit/request.ts'
import type { Stage } from '../kit/stage.ts'

/**
 * What a client feels that dials the address of a pod that was there a moment ago: the kernel of the node looks for the pod for
 * most of a minute before it says that there is none.
 */
export const dialsLatePod: readonly Answer[] = ['timeout', 'unreachable']

/** A URL, the name of an environment variable of the client that holds it, or a request of another kind. */
export type Dial =
  | { readonly url: string }
  | { readonly variable: string }
  | { readonly ask: (stage: Stage) => Promise<Answer> }

/**
 * One fault, staged on the real cluster: what a client feels, which rule must explain it, and that the printed fix mends it.
 * Each is the default export of `cases/AREA-RULE.ts`.
 */
export interface TruthCase {
  readonly rule: string
  /** The fault in one clause, for the table: `the selector has one letter too few`. */
  readonly fault: string
  /** Makes the fault, and waits until everything but the fault is in place. */
  readonly arrange: (stage: Stage) => Promise<void>
  /** The question to netdoctor: `['svc', 'api']`. */
  readonly question: readonly string[]
  /** Who asks; default `deployment/curl`. */
  readonly client?: string
  readonly dial: Dial
  /** What the client feels before the fix, one of several where time decides; with `share`, only a part of its requests ends so. */
  readonly feels: Answer | readonly Answer[]
  /** What it feels instead where kube-proxy has no rule for what it does not serve: in iptables mode. */
  readonly feelsWithIptables?: Answer
  /** What it feels instead where the NetworkPolicy enforcer rejects; `feels` is then what it feels where that drops. */
  readonly feelsWithReject?: Answer | readonly Answer[]
  readonly share?: 'some'
  /** All requests work, but so few pods answer them; after the fix, so many. */
  readonly answeredBy?: AnsweredBy
  /** netdoctor warns while all is well: this lets the warning come true, and only then the client feels something. */
  readonly comesTrue?: (stage: Stage) => Promise<void>
  /**
   * How it is mended: by the commands of the printed fix (`printed`), or by hand where netdoctor gives advice only. `never`:
   * nothing is to be mended by an edit that a tool could name.
   */
  readonly mend: 'printed' | 'never' | ((stage: Stage) => Promise<void>)
  /** Other rules whose errors belong to the fault; any further error is a false alarm. */
  readonly besides?: readonly string[]
  /** What a cluster has only with that option. */
  readonly needs?: 'traefik'
  /** Why this takes minutes: the case is then left to .ci/full. */
  readonly slow?: string
  /**
   * No other case may run beside it, because it concerns the whole cluster, or does what only a cluster of ours lets us do: it
   * breaks nodes, or its client is the machine that runs the tests.
   */
  readonly alone?: 'breaks nodes' | 'calls from outside' | 'concerns the cluster'
}

/** How many different pods answer a client's requests. */
interface AnsweredBy {
  readonly before: number
  readonly after: number
  /** The client keeps one connection for all its requests, instead of one for each. */
  readonly overOneConnection?: true
}

/** What was seen, for docs/truth.md. */
export interface Sighting {
  readonly rule: string
  readonly fault: string
  readonly felt: string
  /** What mended it: the printed commands, `by hand`, or `nothing was tried`. */
  readonly mended: string
  readonly serverVersion: string
  readonly proxyMode: string
  /** The day, as 2026-01-31. */
  readonly date: string
}

/** What the client feels with the kube-proxy and the enforcer in use: one of these each time. */
export function feeling({ cluster }: Stage, truth: TruthCase): readonly Answer[] {
  const { feels, feelsWithIptables, feelsWithReject } = truth
  if (cluster.denial === 'reject' && feelsWithReject !== undefined) return [feelsWithReject].flat()
  return [cluster.proxyMode === 'iptables' ? (feelsWithIptables ?? feels) : feels].flat()
}
