import type { Doubt } from '../network/policy/doubt.ts'
import type { RouteReason } from '../network/routes/route.ts'
import type { Connection } from '../network/traffic/connection.ts'
import type { Place } from '../network/traffic/place.ts'
import type { Gap } from '../snapshot/snapshot.ts'

export type Outcome = 'passes' | 'fails' | 'partly' | 'unknown' | 'not-checked' | 'not-applicable'

/** What a client would feel. Absent where it depends on the data plane. */
export type Symptom = 'refused' | 'timeout' | 'unreachable' | 'reset' | 'nxdomain' | 'servfail'

/** Why a hop fails, or why it cannot be said. One closed list; a rule says which of them it explains. */
export type Reason =
  | 'no-such-service'
  | 'service-in-other-namespace'
  | 'port-not-on-service'
  | 'no-endpoints'
  | 'no-ready-endpoints'
  | 'no-local-endpoint'
  | 'port-without-endpoints'
  | 'address-unowned'
  | 'pod-gone'
  | 'address-not-of-pod'
  | 'pod-not-running'
  | 'resolver-unreachable'
  /** The client asks a server that does not know the cluster's names. */
  | 'resolver-outside-cluster'
  /** The name is there, and what the client asks or the server's configuration keeps it from it. */
  | 'name-not-resolved'
  /** The server's configuration answers the name of a Service with something else. */
  | 'name-leads-elsewhere'
  /** Nothing stands behind the DNS Service. */
  | 'dns-unavailable'
  | 'egress-denied'
  | 'ingress-denied'
  /** The API leaves it open what a policy means here, or a policy of the network plugin is in force. */
  | 'policy-undefined'
  | 'not-read'
  /** Why what serves a route does not send requests on. */
  | RouteReason

export interface Verdict {
  readonly outcome: Outcome
  readonly reason?: Reason | undefined
  /** How many of how many choices fail, for `partly`. */
  readonly share?: { readonly failing: number; readonly of: number } | undefined
  readonly symptom?: Symptom | undefined
  readonly gaps?: readonly Gap[] | undefined
  /** Why policies leave it open, for `unknown`. */
  readonly doubts?: readonly Doubt[] | undefined
}

export type HopKind =
  | 'route'
  | 'name'
  | 'dns'
  | 'service'
  | 'endpoints'
  | 'egress'
  | 'ingress'
  | 'pod'
  | 'listener'

export interface Hop {
  readonly kind: HopKind
  readonly place: Place
  readonly verdict: Verdict
  /** Places that this hop's verdict rests on: findings there explain it too. */
  readonly behind: readonly Place[]
  /** The hop `endpoints` has one branch for each chosen endpoint. */
  readonly branches?: readonly Branch[] | undefined
}

/** The way through one endpoint. */
export interface Branch {
  readonly place: Place
  readonly name: string
  readonly hops: readonly Hop[]
}

export interface Path {
  readonly connection: Connection
  readonly hops: readonly Hop[]
  readonly outcome: Outcome
  /** Of how many choices fail, when `outcome` is `partly`. */
  readonly share?: Verdict['share']
  readonly firstBroken?: Hop | undefined
}

export const passes: Verdict = { outcome: 'passes' }
export const notChecked: Verdict = { outcome: 'not-checked' }
export const notApplicable: Verdict = { outcome: 'not-applicable' }

/** Whether traffic is lost at a hop, in whole or in part. */
export function isBroken(verdict: Verdict): boolean {
  return verdict.outcome === 'fails' || verdict.outcome === 'partly'
}
